import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAnswerRoom } from '../../src/web/answer-room.ts';
import { newWebCounters } from '../../src/web/counters.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function answerTo(address: string, bytes: number) {
  const emitter = new EventEmitter();
  const response = Object.assign(emitter, { destroyed: false, destroy: () => response });
  vi.spyOn(response, 'destroy').mockImplementation(() => {
    response.destroyed = true;
    emitter.emit('close');
    return response;
  });
  return { address, bytes, response };
}

function createRoom() {
  const counters = newWebCounters();
  return { counters, room: createAnswerRoom({ mostBytes: 100, patienceMs: 1000 }, counters) };
}

test('one address has half of the room, and all of them together have no more than there is', () => {
  const { counters, room } = createRoom();
  const first = answerTo('192.0.2.1', 49);
  room.take(first);
  expect(() => room.ask('192.0.2.1')).not.toThrow();
  room.take(answerTo('192.0.2.1', 1));
  expect(() => room.ask('192.0.2.1')).toThrow(
    expect.objectContaining({ status: 429, retryAfterSeconds: 10 }),
  );
  room.take(answerTo('2001:db8::1', 49));
  expect(() => room.ask('2001:db8::2')).not.toThrow();
  room.take(answerTo('2001:db8::1', 1));
  expect(() => room.ask('2001:db8::2'), 'of the same network').toThrow('this address');
  expect(() => room.ask('192.0.2.9')).toThrow(expect.objectContaining({ status: 503 }));
  first.response.emit('close');
  expect(() => room.ask('192.0.2.1')).not.toThrow();
  expect(() => room.ask('192.0.2.9')).not.toThrow();
  expect(counters.answers_refused).toBe(3);
});

test('who takes a piece has as much time for the next one, and who takes none is cut off', () => {
  const { counters, room } = createRoom();
  const answer = answerTo('192.0.2.1', 99);
  const goesOn = room.take(answer);
  for (let piece = 0; piece < 5; piece += 1) {
    vi.advanceTimersByTime(900);
    goesOn();
  }
  expect(answer.response.destroyed).toBe(false);
  vi.advanceTimersByTime(1000);
  expect([answer.response.destroyed, counters.answers_cut_off]).toEqual([true, 1]);
  expect(() => room.ask('192.0.2.1')).not.toThrow();
});

test('an answer that has been taken is cut off no more, and one whose client has gone takes no room', () => {
  const { counters, room } = createRoom();
  const taken = answerTo('192.0.2.1', 99);
  const goesOn = room.take(taken);
  taken.response.emit('close');
  goesOn();
  vi.advanceTimersByTime(5000);
  expect(counters.answers_cut_off).toBe(0);
  const gone = answerTo('192.0.2.1', 99);
  gone.response.destroyed = true;
  room.take(gone)();
  expect(() => room.ask('192.0.2.1')).not.toThrow();
});
