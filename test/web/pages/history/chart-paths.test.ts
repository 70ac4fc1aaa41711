import { expect, test } from 'vitest';
import type { Bucket } from '../../../../src/storage/history/buckets-query.ts';
import { bucketWidthNamed } from '../../../../src/telemetry/bucket-width.ts';
import {
  bandPath,
  createPlace,
  HEIGHT,
  linePath,
  runsOf,
  WIDTH,
} from '../../../../src/web/pages/history/chart-paths.ts';
import { gapLimit, gapsBefore } from '../../../../src/web/pages/history/gap-limit.ts';

const HOUR = 3_600_000_000;
const SPAN = { from: 0, to: 20 * HOUR };
const AXIS = { bottom: 0, top: 10, ticks: [0, 10], decimals: 0 };
/** In the drawing, of an hour and of a degree. */
const [AN_HOUR, ONE] = [WIDTH / 20, HEIGHT / 10];

function bucket(hour: number, avg: number | null, spread = 0): Bucket {
  return { time: hour * HOUR, count: 1, min: (avg ?? 0) - spread, avg, max: (avg ?? 0) + spread };
}

function draw(buckets: readonly Bucket[], every?: string): { line: string; band: string } {
  const width = every === undefined ? 'raw' : bucketWidthNamed(every)!;
  const runs = runsOf(buckets, width, createPlace(SPAN, AXIS));
  return { line: linePath(runs), band: bandPath(runs) };
}

test('a line goes from reading to reading', () => {
  const { line } = draw([bucket(0, 10), bucket(1, 9), bucket(2, 9.5)]);
  expect(line).toBe(`M0 0l${AN_HOUR} ${ONE}l${AN_HOUR} ${-ONE / 2}`);
});

test('a bucket is drawn in its middle, its band from the highest to the lowest', () => {
  const { line, band } = draw([bucket(0, 5, 1), bucket(1, 6, 2)], '1h');
  expect(line).toBe(`M${AN_HOUR / 2} ${5 * ONE}l${AN_HOUR} ${-ONE}`);
  expect(band).toBe(`M50 200l100 -100l0 200l-100 0z`);
});

test('where more than two and a half buckets or intervals are missing, so is the line', () => {
  const moves = (line: string): number => line.split('M').length - 1;
  expect(
    moves(
      draw(
        [0, 1, 2, 4].map((hour) => bucket(hour, 1)),
        '1h',
      ).line,
    ),
  ).toBe(1);
  expect(
    moves(
      draw(
        [0, 1, 2, 5].map((hour) => bucket(hour, 1)),
        '1h',
      ).line,
    ),
  ).toBe(2);
  expect(moves(draw([0, 1, 2, 4.5].map((hour) => bucket(hour, 1))).line)).toBe(1);
  expect(moves(draw([0, 1, 2, 4.6].map((hour) => bucket(hour, 1))).line)).toBe(2);
  expect(moves(draw([bucket(0, 1), bucket(1, null), bucket(2, 1), bucket(3, 1)], '1h').line)).toBe(1);
});

test('a series with fewer readings than there are buckets is a line all the same', () => {
  expect(gapLimit([0, 60, 120, 180], 5)).toBe(150);
  expect(gapLimit([0, 5, 10], 5)).toBe(12.5);
  expect(gapLimit([7], 0)).toBe(0);
});

test('what is a gap is told by the rhythm of its time: a series that sends more often now had none before', () => {
  const slow = [0, 300, 600, 900, 1200, 1500, 1800];
  const fast = [1805, 1810, 1815, 1820, 1825, 1830];
  const missing = (times: readonly number[]): readonly number[] =>
    times.filter((_, index) => gapsBefore(times, 0)[index]);
  expect(missing([...slow, ...fast])).toEqual([]);
  expect(missing([...fast.map((time) => time - 1830), ...slow])).toEqual([]);
  expect(missing([...slow, 2700, 3000, 3300, 3305, 3310])).toEqual([2700]);
  expect(missing([...fast, 1900, 1905, 1910])).toEqual([1900]);
});

test('what stands alone is a dot, and can be seen as a band', () => {
  const { line, band } = draw([bucket(10, 5, 1)], '1h');
  expect(line).toBe('M1050 250h0');
  expect(band).toBe('M1049 200l2 0l0 100l-2 0z');
});

test('nothing is drawn outside, nor of numbers that there are no means of', () => {
  const { line } = draw(
    [-1, 0, 1, 20].map((hour) => bucket(hour, 5)),
    '2h',
  );
  expect(line).toBe('M0 250l100 0l100 0M2000 250h0');
  expect(draw([bucket(1, null)]).line).toBe('');
  const place = createPlace(SPAN, { ...AXIS, bottom: -Number.MAX_VALUE, top: Number.MAX_VALUE });
  expect([Number.MAX_VALUE, 0, -Number.MAX_VALUE].map((value) => place.y(value))).toEqual([0, 250, 500]);
});
