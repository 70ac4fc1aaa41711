import type { Micros } from './reading.ts';

/** What a bucket of the owner's calendar is; a week begins on Monday. */
export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter' | 'year';

/**
 * How much time the readings of one bucket come from. Widths of up to half a day are multiples of it since 1970 in UTC; longer
 * ones follow the calendar of a time zone.
 */
export interface BucketWidth {
  /** As it is asked for: `15m`. */
  readonly name: string;
  /** For those of the calendar: as most are, a month being 30 days. */
  readonly seconds: number;
  readonly calendar: CalendarUnit | undefined;
}

const DAY_S = 86_400;

/** From narrow to wide. */
export const BUCKET_WIDTHS: readonly BucketWidth[] = [
  ...fixed('s', 1, [1, 2, 5, 10, 15, 30]),
  ...fixed('m', 60, [1, 2, 5, 10, 15, 30]),
  ...fixed('h', 3600, [1, 2, 3, 6, 12]),
  { name: '1d', seconds: DAY_S, calendar: 'day' },
  { name: '7d', seconds: 7 * DAY_S, calendar: 'week' },
  { name: '1mo', seconds: 30 * DAY_S, calendar: 'month' },
  { name: '3mo', seconds: 91 * DAY_S, calendar: 'quarter' },
  { name: '1y', seconds: 365 * DAY_S, calendar: 'year' },
];

export function bucketWidthNamed(name: string): BucketWidth | undefined {
  return BUCKET_WIDTHS.find((width) => width.name === name);
}

/**
 * The narrowest width, of at least so many seconds, of which `span` is no more than `points`; the widest if none is.
 * @param span in microseconds
 */
export function chooseBucketWidth(span: Micros, points: number, atLeastSeconds = 0): BucketWidth {
  const chosen = BUCKET_WIDTHS.find(
    (width) => width.seconds >= atLeastSeconds && countBuckets(span, width) <= points,
  );
  return chosen ?? BUCKET_WIDTHS.at(-1)!;
}

/** How many buckets a span comes to that begins with one. */
export function countBuckets(span: Micros, { seconds }: BucketWidth): number {
  return Math.ceil(span / (seconds * 1_000_000));
}

function fixed(suffix: string, unitSeconds: number, counts: readonly number[]): BucketWidth[] {
  return counts.map((count) => ({
    name: `${count}${suffix}`,
    seconds: count * unitSeconds,
    calendar: undefined,
  }));
}
