import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDirection, meanDirection, normalDirection } from '../../src/telemetry/wind-direction.ts';

const RADIANS = Math.PI / 180;

function meanOf(directions: readonly number[]): number | null {
  const sum = (part: (angle: number) => number): number =>
    directions.reduce((total, degrees) => total + part(degrees * RADIANS), 0);
  return meanDirection(sum(Math.sin), sum(Math.cos), directions.length);
}

/** How far two directions are apart, the short way. */
function apart(a: number, b: number): number {
  const around = Math.abs(a - b) % 360;
  return Math.min(around, 360 - around);
}

const direction = fc.double({ min: 0, max: 360, noNaN: true });
const directions = fc.array(direction, { minLength: 1, maxLength: 30 });
/** Where a mean is well defined: it is within 60° of all of them. */
const close = fc
  .tuple(direction, fc.array(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 1, maxLength: 30 }))
  .map(([middle, offsets]) => offsets.map((offset) => normalDirection(middle + offset)));

test.each([
  [[350, 10], 0],
  [[10, 350, 0], 0],
  [[359, 1, 2, 358], 0],
  [[80, 100], 90],
  [[170, 190, 175, 185], 180],
  [[0, 90], 45],
  [[270, 0], 315],
  [[360], 0],
  [[-90], 270],
])('of %j the mean is %d°', (of, mean) => {
  expect(apart(meanOf(of)!, mean)).toBeLessThan(1e-9);
});

test.each([[[]], [[0, 180]], [[90, 270]], [[0, 120, 240]], [[45, 135, 225, 315]]])(
  'of %j there is none',
  (of) => {
    expect(meanOf(of)).toBeNull();
  },
);

test('a mean is from 0 to less than 360, and does not depend on the order', () => {
  fc.assert(
    fc.property(directions, fc.infiniteStream(fc.nat()), (of, order) => {
      const mean = meanOf(of);
      const keyed = of.map((value) => ({ value, key: order.next().value as number }));
      const shuffled = keyed.toSorted((a, b) => a.key - b.key).map(({ value }) => value);
      const other = meanOf(shuffled);
      if (mean === null || other === null) return;
      expect(mean).toBeGreaterThanOrEqual(0);
      expect(mean).toBeLessThan(360);
      // Next to nothing of a vector points anywhere.
      const length = Math.hypot(
        of.reduce((sum, each) => sum + Math.sin(each * RADIANS), 0),
        of.reduce((sum, each) => sum + Math.cos(each * RADIANS), 0),
      );
      if (length > 1e-3) expect(apart(mean, other)).toBeLessThan(1e-6);
    }),
  );
});

test('turning all directions turns their mean', () => {
  fc.assert(
    fc.property(close, direction, (of, turn) => {
      const turned = of.map((each) => normalDirection(each + turn));
      expect(apart(meanOf(turned)!, meanOf(of)! + turn)).toBeLessThan(1e-6);
    }),
  );
});

test('the mean is among the directions, where they are close together', () => {
  fc.assert(
    fc.property(close, (of) => {
      for (const each of of) expect(apart(meanOf(of)!, each)).toBeLessThanOrEqual(120.000001);
      expect(Math.min(...of.map((each) => apart(meanOf(of)!, each)))).toBeLessThanOrEqual(60.000001);
    }),
  );
});

test.each([
  [0, true],
  [360, true],
  [-180, true],
  [360.1, false],
  [-9999, false],
  [Number.POSITIVE_INFINITY, false],
  [Number.NaN, false],
])('%d is a direction: %s', (value, is) => {
  expect(isDirection(value)).toBe(is);
});

test.each([
  [360, 0],
  [-0.000000000000001, 0],
  [359.9999999999999, 0],
  [-90, 270],
  [12.3, 12.3],
])('%d is written %d', (given, written) => {
  expect(normalDirection(given)).toBe(written);
});
