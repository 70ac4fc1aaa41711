import { expect, test } from 'vitest';
import { createReceiptClock } from '../../src/ingest/clock.ts';

test('times of receipt are microseconds of the clock', () => {
  expect(createReceiptClock(() => 1_700_000_000_123).now()).toBe(1_700_000_000_123_000);
});

test('no two are the same, not even when the clock steps back an hour', () => {
  let time = 1_700_000_000_000;
  const steps: number[] = [];
  const clock = createReceiptClock(
    () => time,
    (aheadMs) => steps.push(aheadMs),
  );
  const first = clock.now();
  expect(clock.now()).toBe(first + 1);
  time -= 3_600_000;
  expect(clock.now()).toBe(first + 2);
  expect(steps).toEqual([3_600_000]);
  expect(clock.aheadMs()).toBe(3_600_000);
  time += 3_600_001;
  expect(clock.now()).toBe(first + 1_000);
  expect(clock.aheadMs()).toBe(0);
});

test('after a message of many items the next time comes after all of them', () => {
  const clock = createReceiptClock(() => 1_700_000_000_000);
  const first = clock.now();
  clock.advance(first + 999);
  expect(clock.now()).toBe(first + 1_000);
  clock.advance(first);
  expect(clock.now()).toBe(first + 1_001);
});
