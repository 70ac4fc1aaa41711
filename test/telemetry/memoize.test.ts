import { expect, test } from 'vitest';
import { memoize } from '../../src/telemetry/memoize.ts';

test('what was read once is not read again, and the memory is bounded', () => {
  const read: string[] = [];
  const memoized = memoize((text) => {
    read.push(text);
    return text.toUpperCase();
  }, 2);
  expect(['a', 'b', 'a', 'c', 'a'].map(memoized)).toEqual(['A', 'B', 'A', 'C', 'A']);
  expect(read).toEqual(['a', 'b', 'c', 'a']);
});

test('a text of more than 256 characters is not remembered', () => {
  let read = 0;
  const memoized = memoize(() => (read += 1));
  for (const length of [256, 256, 257, 257]) memoized('x'.repeat(length));
  expect(read).toBe(3);
});
