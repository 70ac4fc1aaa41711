import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BUCKET_WIDTHS,
  bucketWidthNamed,
  chooseBucketWidth,
  countBuckets,
} from '../../src/telemetry/bucket-width.ts';

const MINUTE = 60_000_000;
const DAY = 1440 * MINUTE;

test.each([
  ['an hour', DAY / 24, 500, '10s'],
  ['a day', DAY, 500, '5m'],
  ['a week', 7 * DAY, 500, '30m'],
  ['30 days', 30 * DAY, 500, '2h'],
  ['a year', 365 * DAY, 500, '1d'],
  ['5 years', 1826 * DAY, 500, '7d'],
  ['30 years', 30 * 365 * DAY, 500, '1mo'],
  ['a day in its hours', DAY, 24, '1h'],
  ['a day in one bucket', DAY, 1, '1d'],
  ['a century in one bucket', 36_500 * DAY, 1, '1y'],
  ['a moment', 1, 500, '1s'],
  ['nothing', 0, 500, '1s'],
])('%s: %i µs in %i points are buckets of %s', (_name, span, points, width) => {
  expect(chooseBucketWidth(span, points).name).toBe(width);
});

test('a width may be asked to be no narrower than an hour', () => {
  expect(chooseBucketWidth(DAY, 500, 3600).name).toBe('1h');
  expect(chooseBucketWidth(365 * DAY, 500, 3600).name).toBe('1d');
});

test('the chosen width is the narrowest that keeps to the points', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 365 * DAY }), fc.integer({ min: 1, max: 5000 }), (span, points) => {
      const chosen = chooseBucketWidth(span, points);
      const at = BUCKET_WIDTHS.indexOf(chosen);
      expect(countBuckets(span, chosen)).toBeLessThanOrEqual(points);
      if (at > 0) expect(countBuckets(span, BUCKET_WIDTHS[at - 1]!)).toBeGreaterThan(points);
    }),
    {
      examples: [
        [365 * DAY, 365],
        [365 * DAY, 364],
      ],
    },
  );
});

test('every width is found by its name, and they get wider', () => {
  for (const width of BUCKET_WIDTHS) expect(bucketWidthNamed(width.name)).toBe(width);
  expect(bucketWidthNamed('7m')).toBeUndefined();
  const seconds = BUCKET_WIDTHS.map((width) => width.seconds);
  expect(seconds).toEqual(seconds.toSorted((a, b) => a - b));
});
