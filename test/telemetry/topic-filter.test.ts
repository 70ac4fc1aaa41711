import fc from 'fast-check';
import { expect, test } from 'vitest';
import { filterCovers, filterMatches } from '../../src/telemetry/topic-filter.ts';

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

test.each([
  ['live/#', 'live/#', true],
  ['live/#', 'live', true],
  ['live/#', 'live/+/t', true],
  ['live/+', 'live/+', true],
  ['live/+', 'live/a', true],
  ['+/a', 'live/a', true],
  ['live/+', 'live/#', false],
  ['live/a', 'live/+', false],
  ['live/#', '+/a', false],
  ['live/#', '#', false],
  ['live/+/t', 'live/+', false],
])('%s covers %s: %s', (filter, other, covers) => {
  expect(filterCovers(filter, other)).toBe(covers);
});

test('a filter that covers another one takes in every topic that it does', () => {
  const level = fc.constantFrom('a', 'b');
  const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'));
  const filter = fc
    .tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 3 }), fc.boolean())
    .map(([levels, isOpen]) => [...levels, ...(isOpen || levels.length === 0 ? ['#'] : [])].join('/'));
  fc.assert(
    fc.property(filter, filter, topic, (wide, narrow, published) => {
      fc.pre(filterCovers(wide, narrow) && filterMatches(narrow, published));
      expect(filterMatches(wide, published)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a filter is compared level by level, whatever stands in the levels', () => {
  const texts = fc
    .array(fc.constantFrom('', 'a', 'b', 'ab', '+', '#', '+a', 'a#'), { minLength: 1, maxLength: 4 })
    .map((levels) => levels.join('/'));
  fc.assert(
    fc.property(texts, texts, (filter, topic) => {
      const [wanted, levels] = [filter.split('/'), topic.split('/')];
      const hash = wanted.indexOf('#');
      const compared = hash < 0 ? wanted : wanted.slice(0, hash);
      const isLongEnough = hash < 0 ? wanted.length === levels.length : hash <= levels.length;
      const expected = isLongEnough && compared.every((level, n) => level === '+' || level === levels[n]);
      expect(filterMatches(filter, topic)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
});
