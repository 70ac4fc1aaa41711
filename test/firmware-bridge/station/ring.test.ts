import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { type Board, type BoardOptions, useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import type { World } from './support/exchange.ts';
import { segmentsIn } from './support/ring.ts';
import { expectExactly, stored } from './support/stored.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const NETWORK_FAILS = { after: 90, run: (world: World) => void (world.wifi = false) };

function comesBack(after: number) {
  return { after, run: (world: World) => void (world.wifi = true) };
}

/** A board whose segments are full after a hundred readings, and that keeps two of them. */
function withSmallRing(port: number): BoardOptions {
  const sensors = [
    { driver: 'mcp9808' },
    { driver: 'bme280', suffix: 'box' },
    { driver: 'sht3x', suffix: 'roof' },
  ];
  const options = outside(port, { keep: 100, sensors });
  return {
    ...options,
    devices: [...options.devices, { kind: 'bme280' }, { kind: 'sht3x', temperature: 0, humidity: 0 }],
  };
}

async function segments({ ringFolder }: Board): Promise<readonly string[]> {
  return (await segmentsIn(ringFolder)).map((name) => join(ringFolder, name));
}

describe('a full ring', () => {
  test('drops the oldest readings, counts them, and says so on a metric of the station', async () => {
    const { mqttPort, database } = await useService();
    const board = await useBoard(withSmallRing(mqttPort));
    await board.run(6 * HOUR, { events: [NETWORK_FAILS, comesBack(5 * HOUR)] });
    const rows = await stored(database, 'temperature');
    const dropped = board.measured.length - rows.length;
    expect(dropped).toBeGreaterThan(100);
    // Two were sent before, at least 100 of the newest were kept, and then there were those of the last hour.
    expect(rows.length).toBeGreaterThanOrEqual(2 + 100 + 60);
    expectExactly(rows, [...board.measured.slice(0, 2), ...board.measured.slice(2 + dropped)]);
    const told = await stored(database, 'readings_dropped');
    expect(told.map(({ value }) => value)).toEqual([dropped]);
    expect(board.log.filter((line) => line.endsWith(`${dropped} so far`))).toHaveLength(1);
  });

  test('how many were dropped is still known after a power cut', async () => {
    const { mqttPort, database } = await useService();
    const board = await useBoard(withSmallRing(mqttPort));
    await board.run(5 * HOUR, { events: [NETWORK_FAILS] });
    board.world.wifi = true;
    await board.run(10 * MINUTE);
    const rows = await stored(database, 'temperature');
    const told = await stored(database, 'readings_dropped');
    expect(told.map(({ value }) => value)).toEqual([board.measured.length - rows.length]);
  });

  test('a flash without room drops the oldest, too, and goes on', async () => {
    const { mqttPort, database } = await useService();
    const board = await useBoard({ ...withSmallRing(mqttPort), capacity: 5000 });
    const end = await board.run(6 * HOUR, { events: [NETWORK_FAILS, comesBack(5 * HOUR)] });
    expect(end).toEqual({ kind: 'stopped' });
    const rows = await stored(database, 'temperature');
    const dropped = board.measured.length - rows.length;
    expect(dropped).toBeGreaterThan(100);
    expectExactly(rows, [...board.measured.slice(0, 2), ...board.measured.slice(2 + dropped)]);
  });
});

test('no segment is longer than a block of flash', async () => {
  const { mqttPort } = await useService();
  const board = await useBoard(outside(mqttPort));
  await board.run(8 * HOUR, { events: [NETWORK_FAILS] });
  const sizes = await Promise.all((await segments(board)).map(async (path) => (await stat(path)).size));
  expect(sizes.length).toBeGreaterThan(2);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4096);
  expect(sizes[0]).toBeGreaterThan(4000);
});

test('a damaged record costs itself, a damaged header its segment, and both are counted', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  await board.run(8 * HOUR, { events: [NETWORK_FAILS] });
  const [first, second] = await segments(board);
  const bytes = await readFile(first!);
  const start = bytes.indexOf('\n') + 1;
  const recordBytes = Number(bytes.toString('latin1').split(' ')[2]);
  bytes[start + 5 * recordBytes + 12]! ^= 1;
  await writeFile(first!, bytes);
  const damaged = await readFile(second!);
  damaged[2]! ^= 1;
  await writeFile(second!, damaged);
  await writeFile(join(board.ringFolder, 'not-ours.txt'), '');
  board.world.wifi = true;
  await board.run(2 * MINUTE);
  const rows = await stored(database, 'temperature');
  const perSegment = Math.floor((4096 - start) / recordBytes);
  expect(rows).toHaveLength(board.measured.length - 1 - perSegment);
  expect(board.log).toContain('ring: damaged records: 1');
  const told = await stored(database, 'readings_dropped');
  expect(Math.max(...told.map(({ value }) => value))).toBe(1 + perSegment);
});

test('readings of a board that got another sensor keep their names', async () => {
  const { mqttPort, database } = await useService();
  const options = outside(mqttPort);
  const board = await useBoard(options);
  await board.run(10 * MINUTE, { events: [NETWORK_FAILS] });
  const config = {
    ...(options.config as object),
    sensors: [{ driver: 'mcp9808', suffix: 'shade' }, { driver: 'bmp280' }],
  };
  board.world.wifi = true;
  const later = await board.run(5 * MINUTE, { config, devices: [...options.devices, { kind: 'bmp280' }] });
  expect(later).toEqual({ kind: 'stopped' });
  expectExactly(await stored(database, 'temperature'), [
    ...board.measured.slice(0, 10),
    ...(await stored(database, 'temperature')).slice(10).map(({ at, value }) => ({ at, celsius: value })),
  ]);
  expectExactly(await stored(database, 'temperature.shade'), board.measured.slice(10));
  expect((await stored(database, 'pressure')).map(({ value }) => value)).toEqual(Array(5).fill(1006.53));
});

test('with write_every, readings that are sent at once never touch the flash, once it is connected', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard({ ...outside(mqttPort, { write_every: 10 }), capacity: 0 });
  let before = 0;
  await board.run(30 * MINUTE, { events: [{ after: 30, run: () => void (before = board.log.length) }] });
  const failed = (line: string) => line.endsWith("can't be written: OSError(28,)");
  expect(board.log.slice(0, before).filter(failed)).not.toEqual([]);
  expect(board.log.slice(before).filter(failed)).toEqual([]);
  expectExactly(await stored(database, 'temperature'), board.measured);
});
