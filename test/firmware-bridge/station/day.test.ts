import { expect, test } from 'vitest';
import { startOn, useService } from '../../support/service.ts';
import { useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import { expectExactly, stored } from './support/stored.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

test('of a day of readings with network cuts and a restarted broker each is stored exactly once', async () => {
  const first = await useService();
  const port = first.mqttPort;
  const board = await useBoard({ ...outside(port), platform: 'esp32', epochYear: 1970 });
  const end = await board.run(DAY, {
    events: [
      { after: 2 * HOUR, run: (world) => void (world.wifi = false) },
      { after: 5 * HOUR, run: (world) => void (world.wifi = true) },
      { after: 8 * HOUR, run: (world) => void (world.passes = false) },
      { after: 9 * HOUR, run: (world) => void (world.passes = true) },
      { after: 12 * HOUR, run: () => first.service.close() },
      { after: 14 * HOUR, run: async () => void (await startOn(first.database, { mqttPort: port })) },
    ],
  });
  expect(end).toEqual({ kind: 'stopped' });
  expect(board.measured).toHaveLength(DAY / 60);
  expectExactly(await stored(first.database, 'temperature'), board.measured);
});

test('a whole day without a network is sent when it is back', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  const end = await board.run(DAY + HOUR, {
    events: [
      // After the time has become known.
      { after: 90, run: (world) => void (world.wifi = false) },
      { after: DAY + 90, run: (world) => void (world.wifi = true) },
    ],
  });
  expect(end).toEqual({ kind: 'stopped' });
  expect(board.log.filter((line) => line.includes('full'))).toEqual([]);
  expectExactly(await stored(database, 'temperature'), board.measured);
});
