import { describe, expect, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { type Board, useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import type { World } from './support/exchange.ts';
import { segmentsIn } from './support/ring.ts';
import type { Fate } from './support/socket.ts';
import { expectExactly, stored } from './support/stored.ts';

const MINUTE = 60;

/** Gives the `n`th message with readings this fate. */
function nthReadings(board: Board, n: number, fate: Fate): void {
  let seen = 0;
  board.fateOf = (packet) => {
    if (!packet.includes('"temperature"')) return 'passes';
    seen += 1;
    return seen === n ? fate : 'passes';
  };
}

describe('power that goes in the middle of a write', () => {
  test.each([
    ['nothing of it has arrived', 4, 0],
    ['a part of it has arrived', 4, 0.5],
    ['all of it has arrived', 4, 1],
    ["a part of a segment's first write has arrived", 1, 0.5],
    ['a header and a part of a record have arrived', 1, 0.9],
  ])('costs at most the reading that was being written: %s', async (_, atWrite, part) => {
    const { mqttPort, database } = await useService();
    const board = await useBoard(outside(mqttPort));
    // The four writes before: the session's number, two readings, and when the session began.
    const networkFails = { after: 90, run: (world: World) => void (world.wifi = false) };
    const cut = { atWrite: atWrite + 4, part };
    expect(await board.run(30 * MINUTE, { events: [networkFails], cut })).toEqual({ kind: 'cut' });
    expect(board.measured).toHaveLength(atWrite + 2);
    const kept = part === 1 ? board.measured.length : board.measured.length - 1;
    board.world.wifi = true;
    board.rest(30);
    await board.run(10 * MINUTE);
    const before = board.measured.slice(0, kept);
    const after = board.measured.slice(atWrite + 2);
    expectExactly(await stored(database, 'temperature'), [...before, ...after]);
  });
});

test('power that goes between a message and its PUBACK costs no reading and doubles none', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  nthReadings(board, 3, 'unanswered');
  expect(await board.run(60 * MINUTE)).toEqual({ kind: 'cut' });
  board.rest(30);
  await board.run(5 * MINUTE);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('power that goes before a message is on its way costs no reading', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  nthReadings(board, 3, 'unsent');
  expect(await board.run(60 * MINUTE)).toEqual({ kind: 'cut' });
  expect(await stored(database, 'temperature')).toHaveLength(2);
  board.rest(30);
  await board.run(5 * MINUTE);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('a lost PUBACK is noticed, and the message sent again over a new connection', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  nthReadings(board, 3, 'acknowledgement lost');
  expect(await board.run(10 * MINUTE)).toEqual({ kind: 'stopped' });
  expect(board.log.filter((line) => line.startsWith('mqtt: connected'))).toHaveLength(2);
  const sent = board.packets.filter(({ bytes }) => bytes.includes('"temperature"'));
  expect(sent).toHaveLength(board.measured.length + 1);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('what has been acknowledged leaves the flash', async () => {
  const { mqttPort } = await useService();
  const board = await useBoard(outside(mqttPort));
  await board.run(10 * MINUTE);
  expect(await segmentsIn(board.ringFolder)).toEqual([]);
});
