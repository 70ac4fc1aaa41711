import { expect, test } from 'vitest';
import { filterMistake } from '../../src/access/filter-mistake.ts';

test.each(['#', '+', 'live/#', 'stations/+/status', '/', 'a//b', '+/+/#', 'x'.repeat(256), 'Küche/°C'])(
  '%s can be granted',
  (filter) => {
    expect(filterMistake(filter)).toBeUndefined();
  },
);

test.each([
  ['', 'empty'],
  ['#/a', 'last'],
  ['live/#/', 'last'],
  ['live#', 'alone'],
  ['live/a+', 'alone'],
  ['live/##', 'alone'],
  ['$SYS/#', '$'],
  ['$share/group/live/#', '$'],
  ['live/\u0000', 'control'],
  ['live/\n', 'control'],
  ['live/\ud800', 'control'],
  ['x'.repeat(257), '257'],
])('%j can not, for what it says', (filter, why) => {
  expect(filterMistake(filter)).toContain(why);
});
