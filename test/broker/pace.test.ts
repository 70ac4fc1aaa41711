import { expect, test } from 'vitest';
import { Pace } from '../../src/broker/pace.ts';

const LIMITS = { maxMessagesPerSecond: 10, maxBytesPerSecond: 1_000, maxOverPaceMs: 5_000 };

test('up to the limit nobody waits, and one message more waits for its share of a second', () => {
  const pace = new Pace(LIMITS, 0);
  expect(pace.spend(10, 100, 0)).toBe(0);
  expect(pace.spend(1, 10, 0)).toBe(100);
});

test('up to the limit of bytes nobody waits, and more wait for as long as they take', () => {
  const pace = new Pace(LIMITS, 0);
  expect(pace.spend(1, 1_000, 0)).toBe(0);
  expect(pace.spend(1, 500, 0)).toBe(500);
  expect(pace.waitMs(500)).toBe(0);
});

test('who never slows down is unbearable after a while, who does is not', () => {
  const stubborn = new Pace(LIMITS, 0);
  const patient = new Pace(LIMITS, 0);
  for (let now = 0; now <= 6_000; now += 100) {
    stubborn.spend(3, 0, now);
    patient.spend(now === 3_000 ? 0 : 1, 0, now);
  }
  expect(stubborn.isUnbearable(6_000)).toBe(true);
  expect(patient.isUnbearable(6_000)).toBe(false);
});
