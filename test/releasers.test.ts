import { expect, test } from 'vitest';
import { createReleasers } from '../src/releasers.ts';

test('what was acquired last is released first', async () => {
  const releasers = createReleasers();
  const order: number[] = [];
  for (const number of [1, 2, 3]) releasers.push(async () => void order.push(number));
  await releasers.release();
  expect(order).toEqual([3, 2, 1]);
});

test('an error does not keep the others from being released, and the first one is thrown', async () => {
  const releasers = createReleasers();
  const released: number[] = [];
  releasers.push(() => void released.push(1));
  releasers.push(() => Promise.reject(new Error('second')));
  releasers.push(() => {
    throw new Error('first');
  });
  await expect(releasers.release()).rejects.toThrow('first');
  expect(released).toEqual([1]);
});

test('releasing twice is releasing once', async () => {
  const releasers = createReleasers();
  let released = 0;
  releasers.push(() => void (released += 1));
  await Promise.all([releasers.release(), releasers.release()]);
  expect(released).toBe(1);
});
