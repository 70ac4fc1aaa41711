import { expect, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import { damageRecord } from './support/ring.ts';
import { expectExactly, stored } from './support/stored.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;

test.each([
  ['esp8266', 2000],
  ['esp32', 1970],
] as const)('the time is right on a port whose epoch is another: %s, %d', async (platform, epochYear) => {
  const { mqttPort, database } = await useService();
  const board = await useBoard({ ...outside(mqttPort), platform, epochYear });
  await board.run(5 * MINUTE);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('readings from before the time is known get theirs once it is, and none is sent before', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  board.world.ntp = false;
  const rowsBefore: number[] = [];
  await board.run(3 * HOUR, {
    events: [
      {
        after: 2 * HOUR,
        run: async (world) => {
          rowsBefore.push((await stored(database, 'temperature')).length);
          world.ntp = true;
        },
      },
    ],
  });
  expect(rowsBefore).toEqual([0]);
  expect(board.log).toContain('mqtt: connected, 1 readings wait');
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test.each([1, 10])(
  'their times stay the same when they are sent again after a power cut: write_every %d',
  async (write_every) => {
    const { mqttPort, database } = await useService();
    const board = await useBoard(outside(mqttPort, { write_every }));
    board.world.ntp = false;
    board.fateOf = (packet) => (packet.includes('"temperature"') ? 'unanswered' : 'passes');
    const knowsTime = {
      after: 30 * MINUTE + 17,
      run: (world: typeof board.world) => void (world.ntp = true),
    };
    expect(await board.run(HOUR, { events: [knowsTime] })).toEqual({ kind: 'cut' });
    board.fateOf = () => 'passes';
    board.rest(7 * MINUTE + 23);
    await board.run(5 * MINUTE);
    expectExactly(await stored(database, 'temperature'), board.measured);
  },
);

test('readings of a session that never learned the time are kept as rejected, also when its newest is damaged', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  board.world.wifi = false;
  await board.run(10 * MINUTE);
  const unplaced = board.measured.length - 1;
  await damageRecord(board.ringFolder, '00000001', -1);
  board.rest(HOUR);
  board.world.wifi = true;
  await board.run(5 * MINUTE);
  expectExactly(await stored(database, 'temperature'), board.measured.slice(unplaced + 1));
  const { rows } = await database.pool.query<{ payload: Buffer; reason: string }>(
    'SELECT payload, reason FROM rejected_messages',
  );
  expect(rows.map(({ reason }) => reason)).toEqual(['time-not-understood']);
  const items = JSON.parse(rows[0]!.payload.toString()) as { temperature: number; time: string }[];
  expect(items.slice(0, unplaced).map(({ temperature }) => temperature)).toEqual(
    board.measured.slice(0, unplaced).map(({ celsius }) => celsius),
  );
  expect(items[2]!.time).toBe('session 1 + 120 s');
});
