import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { counterStep, isCount } from '../../src/telemetry/counter.ts';

function riseOf(counts: readonly number[]): number {
  let before: number | undefined;
  let rise = 0;
  for (const count of counts) {
    rise += counterStep(before, count);
    before = count;
  }
  return rise;
}

describe('a counter', () => {
  test.each([
    ['has not risen with its first reading', [590.9], 0],
    ['has risen by the difference', [590.9, 591.1, 593.1], 2.2],
    ['begins from zero at midnight', [0, 3.2, 5.6, 0, 0.2], 5.8],
    ['has risen to its first value after a reset', [5.6, 0.4, 0.6], 0.6],
    ['that was reset and has come near to where it was is taken to jitter', [5.6, 5.2], -0.4],
    ['that jitters has risen by nothing', [100, 99.8, 100, 99.8, 100], 0],
    ['that jitters at its end takes it back later', [100, 102, 101.8, 103], 3],
    ['is reset by a fall of more than a tenth', [100, 89.9], 89.9],
    ['is not reset by a fall of a tenth', [100, 90], -10],
  ])('%s', (_what, counts, rise) => {
    expect(riseOf(counts)).toBeCloseTo(rise, 9);
  });

  /** Tips of a bucket, counted since the last reset, and read now and then. */
  const lives = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ tips: fc.nat(20), isReset: fc.constant(false) }) },
      { weight: 1, arbitrary: fc.record({ tips: fc.constant(0), isReset: fc.constant(true) }) },
    ),
    { maxLength: 60 },
  );

  test('that is read at each tip and at each reset has risen by all that fell', () => {
    fc.assert(
      fc.property(lives, (life) => {
        let count = 0;
        let fallen = 0;
        const counts = [0];
        for (const { tips, isReset } of life) {
          count = isReset ? 0 : count + tips;
          fallen += tips;
          counts.push(count);
        }
        expect(riseOf(counts)).toBe(fallen);
      }),
    );
  });

  test('cut anywhere, has risen by the sum of its parts and the steps between them', () => {
    const counts = fc.array(fc.nat(100), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(counts, fc.nat(), (all, where) => {
        const cut = where % all.length;
        const [left, right] = [all.slice(0, cut), all.slice(cut)];
        const between = right[0] === undefined ? 0 : counterStep(left.at(-1), right[0]);
        expect(riseOf(left) + between + riseOf(right)).toBe(riseOf(all));
      }),
    );
  });
});

test.each([
  [0, true],
  [600, true],
  [-0.1, false],
  [-9999, false],
  [1e290, false],
  [Number.NaN, false],
])('%d is a count: %s', (value, is) => {
  expect(isCount(value)).toBe(is);
});
