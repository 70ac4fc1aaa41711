import { expect, test } from 'vitest';
import { TokenBucket } from '../../src/transport/token-bucket.ts';

test('a second of use is saved up and no more', () => {
  const bucket = new TokenBucket(3, 0);
  expect([0, 0, 0, 0].map((now) => bucket.tryTake(now))).toEqual([true, true, true, false]);
  expect(bucket.tryTake(333)).toBe(false);
  expect(bucket.tryTake(334)).toBe(true);
  expect([9_000, 9_000, 9_000, 9_000].map((now) => bucket.tryTake(now))).toEqual([true, true, true, false]);
});

test('what was taken too much has to come in first', () => {
  const bucket = new TokenBucket(100, 0);
  bucket.take(100, 0);
  expect(bucket.waitMs(0)).toBe(0);
  bucket.take(50, 0);
  expect(bucket.waitMs(0)).toBe(500);
  expect(bucket.waitMs(400)).toBeCloseTo(100);
  expect(bucket.waitMs(500)).toBe(0);
  expect(bucket.isFull(1_000)).toBe(false);
  expect(bucket.isFull(1_500)).toBe(true);
});
