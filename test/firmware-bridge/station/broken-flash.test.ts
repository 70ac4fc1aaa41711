import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import type { World } from './support/exchange.ts';
import { evaluate } from './support/python.ts';
import { breaking, segmentsIn } from './support/ring.ts';
import { expectExactly, stored } from './support/stored.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const NETWORK_FAILS = { after: 90, run: (world: World) => void (world.wifi = false) };

/** The program on a flash of which these calls fail. */
function onBrokenFlash(broken: Parameters<typeof breaking>[0]): string {
  return `${breaking(broken)}\nimport main`;
}

test.each(['open', 'stat'] as const)(
  'segments that fail (%s), and that can not be removed, cost themselves alone, and are counted',
  async (call) => {
    const { mqttPort, database } = await useService();
    const board = await useBoard(outside(mqttPort));
    await board.run(8 * HOUR, { events: [NETWORK_FAILS] });
    const [first, second, third] = await segmentsIn(board.ringFolder);
    expect(third).toBeDefined();
    const perSegment = Number.parseInt(second!, 16) - Number.parseInt(first!, 16);
    await mkdir(join(board.ringFolder, '0000beef'));
    board.world.wifi = true;
    const program = onBrokenFlash({ [call]: second!, remove: second! });
    expect(await board.run(2 * MINUTE, { program })).toEqual({ kind: 'stopped' });
    const lost = 2 + perSegment;
    const kept = [...board.measured.slice(0, lost), ...board.measured.slice(lost + perSegment)];
    expectExactly(await stored(database, 'temperature'), kept);
    const told = await stored(database, 'readings_dropped');
    expect(Math.max(...told.map(({ value }) => value))).toBe(perSegment);
    await board.run(2 * MINUTE, { program });
    expect(await stored(database, 'readings_dropped')).toEqual(told);
    expect(await segmentsIn(board.ringFolder)).toEqual([second, '0000beef']);
  },
);

test('after a newest segment that can not be read or removed, new readings go elsewhere', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  await board.run(10 * MINUTE, { events: [NETWORK_FAILS] });
  const [only] = await segmentsIn(board.ringFolder);
  const program = onBrokenFlash({ open: only!, remove: only! });
  const before = board.measured.length;
  await board.run(10 * MINUTE, { program });
  expect(await segmentsIn(board.ringFolder)).toHaveLength(2);
  board.world.wifi = true;
  await board.run(2 * MINUTE, { program });
  expect((await stored(database, 'temperature')).length).toBe(board.measured.length - (before - 2) - 10);
});

test('without a usable folder a board says so, and keeps its readings in memory', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  const comesBack = { after: 60 * MINUTE, run: (world: World) => void (world.wifi = true) };
  const end = await board.run(90 * MINUTE, {
    events: [NETWORK_FAILS, comesBack],
    program: onBrokenFlash({ ilistdir: '' }),
  });
  expect(end).toEqual({ kind: 'stopped' });
  expect(board.log).toContain("ring: /ring can't be used: OSError(5,)");
  expectExactly(await stored(database, 'temperature'), board.measured);
  expect(await segmentsIn(board.ringFolder)).toEqual([]);
});

test('a header that was made of a wrong suffix is taken for a damaged one', async () => {
  const program = `from record import parse_header
from binascii import crc32
def header(layout):
    line = "TG1 0 19 %s " % layout
    return ("%s%08x\\n" % (line, crc32(line.encode()))).encode()`;
  const taken = ['a:2', 'a,b:2', 'a b:2'].map((layout) => `parse_header(header("${layout}"))`);
  expect(await evaluate(program, taken)).toEqual([
    [[['a', 2]], 19, 22, 0],
    [[], 0, 0, 0],
    [[], 0, 0, 0],
  ]);
});
