import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alignLines, type Line } from '../../../../templates/client/history/align.ts';
import {
  addColumns,
  addDirection,
  addReading,
  dropBefore,
  newPoints,
  type Points,
} from '../../../../templates/client/history/points.ts';

const RAW = { every: 'raw', seconds: 0 };
const MINUTES = { every: '5m', seconds: 300 };
const FAR = 1e9;

/** Of one reading in each. */
function pointsOf(times: readonly number[], values: readonly (number | null)[], offset = 0): Points {
  const points = newPoints();
  const count = values.map((value) => (value === null ? null : 1));
  addColumns(points, times, { count, min: values, avg: values, max: values }, offset);
  return points;
}

test('buckets with nothing in them are no points, and what was earlier lies under now', () => {
  const points = pointsOf([0, 300, 600], [1, null, 3], 86_400);
  expect(points).toStrictEqual({
    t: [86_400, 87_000],
    value: [1, 3],
    low: [1, 3],
    high: [1, 3],
    count: [1, 1],
  });
});

test('two readings of one time stand side by side', () => {
  const { t, value } = pointsOf([10, 10, 20], [1, 2, 3]);
  expect(value).toEqual([1, 2, 3]);
  expect(t[0]).toBe(10);
  expect(t[1]).toBeGreaterThan(10);
  expect(t[1]).toBeLessThan(10.01);
});

test('points in the middle of their buckets have a line between them up to two and a half buckets, and a gap beyond', () => {
  const points = pointsOf([0, 300, 600, 900, 1650, 2700], [1, 2, 3, 4, 5, 6]);
  expect(alignLines([{ points, width: MINUTES, isBand: false, isBar: false }], FAR)).toStrictEqual([
    [150, 450, 750, 1050, 1800, 2325, 2850],
    [1, 2, 3, 4, 5, null, 6],
  ]);
});

test('what a station sends less often than there are buckets has no gap after each reading', () => {
  const line = {
    points: pointsOf([0, 1500, 3000, 9000], [1, 2, 3, 4]),
    width: MINUTES,
    isBand: false,
    isBar: false,
  };
  expect(alignLines([line], FAR)[1]).toEqual([1, 2, 3, null, 4]);
});

test('of single readings the usual interval says what a gap is', () => {
  const line = {
    points: pointsOf([0, 60, 120, 180, 600, 660], [1, 2, 3, 4, 5, 6]),
    width: RAW,
    isBand: false,
    isBar: false,
  };
  expect(alignLines([line], FAR)).toStrictEqual([
    [0, 60, 120, 180, 390, 600, 660],
    [1, 2, 3, 4, null, 5, 6],
  ]);
});

test('a line goes on where only another one has points, and a band has its lowest and highest', () => {
  const points = newPoints();
  addColumns(points, [0, 300], { count: [2, 2], min: [1, 2], avg: [1.5, 2.5], max: [2, 3] });
  const band: Line = { points, width: MINUTES, isBand: true, isBar: false };
  const raw: Line = { points: pointsOf([200, 400], [9, 8]), width: RAW, isBand: false, isBar: false };
  expect(alignLines([band, raw], FAR)).toStrictEqual([
    [150, 200, 400, 450],
    [1.5, undefined, undefined, 2.5],
    [1, undefined, undefined, 2],
    [2, undefined, undefined, 3],
    [undefined, 9, 8, undefined],
  ]);
});

test('the bucket that is not over yet has its point no later than now', () => {
  const line = { points: pointsOf([0, 300], [1, 2]), width: MINUTES, isBand: false, isBar: false };
  expect(alignLines([line], 320)[0]).toEqual([150, 320]);
});

test('a new reading is a point of its own, or becomes part of its bucket', () => {
  const raw = pointsOf([0, 60], [1, 2]);
  addReading(raw, 120, 3, RAW);
  addReading(raw, 90, 99, RAW);
  expect(raw.t).toEqual([0, 60, 120]);
  const buckets = pointsOf([0], [4]);
  addReading(buckets, 299, 8, MINUTES);
  expect(buckets).toStrictEqual({ t: [0], value: [6], low: [4], high: [8], count: [2] });
  addReading(buckets, 300, 5, MINUTES);
  expect(buckets.t).toEqual([0, 300]);
  addReading(buckets, 299, 99, MINUTES);
  expect(buckets.high).toEqual([8, 5]);
});

test('a bucket of directions goes the short way round, wherever north is', () => {
  const north = pointsOf([0], [359]);
  addDirection(north, 100, 3, MINUTES);
  expect(north.value).toEqual([1]);
  addDirection(north, 300, 350, MINUTES);
  expect(north.value).toEqual([1, 350]);
  const spread = fc.array(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(spread, fc.integer({ min: 0, max: 359 }), (offsets, middle) => {
      const plain = newPoints();
      const turned = newPoints();
      for (const offset of offsets) {
        addReading(plain, 0, offset, MINUTES);
        addDirection(turned, 0, (middle + offset + 360) % 360, MINUTES);
      }
      const off = turned.value[0]! - middle - plain.value[0]!;
      expect(Math.abs(((off + 540) % 360) - 180)).toBeLessThan(1e-6);
      expect(turned.value[0]).toBeGreaterThanOrEqual(0);
      expect(turned.value[0]).toBeLessThan(360);
    }),
  );
});

test('a reading of today becomes part of the last day', () => {
  const days = pointsOf([0, 82_800], [4, 4]);
  addReading(days, 100_000, 8, { every: '1d', seconds: 86_400 });
  expect(days.t).toEqual([0, 82_800]);
  expect(days.value).toEqual([4, 6]);
});

test('what has left the chart on the left is forgotten, but for the point that the line comes in from', () => {
  const points = pointsOf([0, 60, 120, 180], [1, 2, 3, 4]);
  dropBefore(points, 120);
  expect(points.value).toEqual([2, 3, 4]);
  dropBefore(points, 1000);
  expect(points).toStrictEqual({ t: [180], value: [4], low: [4], high: [4], count: [1] });
});

test('however readings come, a bucket that grows is what the same readings come to as a whole', () => {
  const value = fc.double({ min: -100, max: 100, noNaN: true });
  const readings = fc.array(fc.tuple(fc.integer({ min: 0, max: 3000 }), value), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(readings, (some) => {
      const ordered = some.toSorted(([a], [b]) => a - b);
      const grown = newPoints();
      for (const [time, one] of ordered) addReading(grown, time, one, MINUTES);
      for (const [index, start] of grown.t.entries()) {
        const values = ordered
          .filter(([time]) => Math.floor(time / 300) * 300 === start)
          .map(([, one]) => one);
        expect(grown.count[index]).toBe(values.length);
        expect(grown.low[index]).toBe(Math.min(...values));
        expect(grown.high[index]).toBe(Math.max(...values));
        expect(grown.value[index]).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 6);
      }
    }),
  );
});
