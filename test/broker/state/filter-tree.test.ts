import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FilterTree } from '../../../src/broker/state/filter-tree.ts';
import { filterMatches } from '../../../src/telemetry/topic-filter.ts';

const level = fc.constantFrom('a', 'b', '', '+');
const topic = fc
  .array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join('/'));
const filter = fc
  .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, hasRest]) => [...levels, ...(hasRest ? ['#'] : [])].join('/'));

test('finds exactly the filters that take in a topic, whatever was added and removed', () => {
  fc.assert(
    fc.property(fc.uniqueArray(filter), fc.uniqueArray(filter), topic, (kept, removed, published) => {
      const tree = new FilterTree<string>();
      for (const one of [...kept, ...removed]) tree.add(one, one);
      for (const one of removed) tree.remove(one, one);
      const expected = kept.filter((one) => !removed.includes(one) && filterMatches(one, published));
      expect(tree.match(published).toSorted()).toEqual(expected.toSorted());
    }),
  );
});

test('keeps several values of one filter apart', () => {
  const tree = new FilterTree<object>();
  const [one, other] = [{}, {}];
  tree.add('a/#', one);
  tree.add('a/#', other);
  tree.remove('a/#', one);
  expect(tree.match('a')).toEqual([other]);
  tree.remove('a/#', other);
  tree.remove('a/b', other);
  expect(tree.match('a')).toEqual([]);
});
