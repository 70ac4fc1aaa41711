import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { newWebCounters } from '../../src/web/counters.ts';
import { createExportSlots } from '../../src/web/export-slots.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function answerTo(address: string) {
  const emitter = new EventEmitter();
  const response = Object.assign(emitter, { destroyed: false, destroy: () => response });
  vi.spyOn(response, 'destroy').mockImplementation(() => {
    response.destroyed = true;
    emitter.emit('close');
    return response;
  });
  return { address, mayStay: () => true, isExport: true, response };
}

test('whoever takes a piece has as much time for the next one', () => {
  const counters = newWebCounters();
  const slots = createExportSlots({ most: 1, patienceMs: 1000 }, counters);
  const answer = answerTo('192.0.2.1');
  const goesOn = slots.take(answer);
  for (let piece = 0; piece < 5; piece += 1) {
    vi.advanceTimersByTime(900);
    goesOn();
  }
  expect(answer.response.destroyed).toBe(false);
  vi.advanceTimersByTime(999);
  expect(answer.response.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect([answer.response.destroyed, counters.exports_cut_off]).toEqual([true, 1]);
  expect(() => slots.take(answerTo('192.0.2.1'))).not.toThrow();
});

test('an answer that has ended is cut off no more, and one whose client has gone takes no place', () => {
  const counters = newWebCounters();
  const slots = createExportSlots({ most: 2, patienceMs: 1000 }, counters);
  const answer = answerTo('192.0.2.1');
  const goesOn = slots.take(answer);
  answer.response.emit('close');
  goesOn();
  vi.advanceTimersByTime(5000);
  slots.close();
  expect(counters.exports_cut_off).toBe(0);
  const gone = answerTo('192.0.2.1');
  gone.response.destroyed = true;
  slots.take(gone)();
  expect(() => slots.take(answerTo('192.0.2.1'))).not.toThrow();
  expect(() => slots.take(answerTo('192.0.2.1'))).toThrow('this address');
});
