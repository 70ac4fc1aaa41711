import { expect, test } from 'vitest';
import { filterMatches } from '../../src/telemetry/topic-filter.ts';

test.each([
  ['live/#', 'live/a/t', true],
  ['#', 'live/a/t', true],
  ['live/a/t', 'live/a/t', true],
  ['live/a/t/#', 'live/a/t', true],
  ['live/+/t', 'live/a/t', true],
  ['+/+/+', 'live/a/t', true],
  ['live/+', 'live/a/t', false],
  ['live/a', 'live/a/t', false],
  ['live/a/t/+', 'live/a/t', false],
  ['live/b/#', 'live/a/t', false],
  ['+', 'live/a/t', false],
])('%s takes in %s: %s', (filter, topic, matches) => {
  expect(filterMatches(filter, topic)).toBe(matches);
});
