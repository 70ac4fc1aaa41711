import { expect, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import type { World } from './support/exchange.ts';
import { breaking } from './support/ring.ts';
import { expectExactly, stored } from './support/stored.ts';

const MINUTE = 60;

test('a board that sleeps between its readings connects for every fifth, and each is stored once', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort, { deep_sleep: true, send_every: 5 }));
  await board.run(20 * MINUTE + 30);
  expect(board.measured).toHaveLength(21);
  expectExactly(await stored(database, 'temperature'), board.measured.slice(0, 20));
  const readings = board.packets.filter(({ bytes }) => bytes.includes('"temperature"'));
  expect(readings).toHaveLength(4);
  // A board that sleeps is neither online nor lost.
  expect(board.packets.filter(({ bytes }) => bytes.includes('status'))).toEqual([]);
});

test('readings of a sleeping board from before the time is known get theirs, however often it slept since', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort, { deep_sleep: true }));
  board.world.wifi = false;
  const networkComes = { after: 5 * MINUTE + 30, run: (world: World) => void (world.wifi = true) };
  await board.run(8 * MINUTE + 30, { events: [networkComes] });
  expect(board.measured).toHaveLength(9);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('a sleeping board whose power goes before the time was known has its readings kept as rejected', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort, { deep_sleep: true }));
  board.world.wifi = false;
  await board.run(3 * MINUTE + 30);
  const unplaced = board.measured.length;
  board.world.wifi = true;
  await board.run(2 * MINUTE + 30);
  expectExactly(await stored(database, 'temperature'), board.measured.slice(unplaced));
  const { rows } = await database.pool.query<{ payload: Buffer }>('SELECT payload FROM rejected_messages');
  const items = JSON.parse(rows[0]!.payload.toString()) as { temperature: number }[];
  expect(items.slice(0, unplaced).map(({ temperature }) => temperature)).toEqual(
    board.measured.slice(0, unplaced).map(({ celsius }) => celsius),
  );
});

test('what a sleeping board could not write is lost, and counted once it can tell', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort, { deep_sleep: true }));
  board.world.wifi = false;
  const networkComes = { after: 5 * MINUTE + 30, run: (world: World) => void (world.wifi = true) };
  const program = `${breaking({ ilistdir: '' })}\nimport main`;
  await board.run(8 * MINUTE + 30, { events: [networkComes], program });
  expect(board.measured).toHaveLength(9);
  expectExactly(await stored(database, 'temperature'), board.measured.slice(5));
  expect((await stored(database, 'readings_dropped')).map(({ value }) => value)).toEqual([5]);
});

test('a program that hangs is started again', async () => {
  const program =
    'import hardware, time\nhardware.Watchdog(True)\ntime.sleep(59)\nprint("still there")\ntime.sleep(2)';
  const esp32 = await useBoard({ ...outside(1), platform: 'esp32' });
  expect(await esp32.run(300, { program })).toEqual({ kind: 'watchdog' });
  const esp8266 = await useBoard({ ...outside(1), platform: 'esp8266' });
  expect(await esp8266.run(300, { program })).toEqual({ kind: 'reset' });
  expect([esp32.log, esp8266.log]).toEqual([['still there'], ['still there']]);
});

test('a mistake in the program is said, and the board starts again', async () => {
  const board = await useBoard(outside(1, { sensors: [{ driver: 'ds18b20' }] }));
  expect(await board.run(300)).toEqual({ kind: 'reset' });
  expect(board.log).toContain('KeyError: pin');
});
