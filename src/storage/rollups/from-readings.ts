import { COSINE, IS_COUNT, SINE, stepSql } from './kinds.ts';

/**
 * A value as it goes into sums. Finite ones near the end of what float8 holds would make a sum that PostgreSQL refuses, and a
 * single station could so stop all roll-ups: they count as infinite.
 */
export const ADDABLE = `CASE WHEN abs(value) < 1e290 THEN value ELSE value * 'Infinity' END`;

/**
 * Selects, for each row of `span` (series_id, kind) what its readings come to, as `made` and the six that are looked up after
 * it. Lowest, highest, first and last are found by numbers first and then looked up by key, which is two and a half times as fast as
 * aggregates that carry a value together with its time. The last two don't look at readings of series of another kind.
 */
export function fromReadings({ bucket, from, to }: FromReadings): string {
  const inRange = `series_id = span.series_id AND measured_at >= $4 AND measured_at < $5`;
  const ofBucket = `${inRange} AND measured_at >= made.first_at AND measured_at <= made.last_at`;
  return `
    LATERAL (
      SELECT ${bucket} AS bucket, count(*) AS count,
        sum(${ADDABLE}) AS sum,
        min(value) AS min, max(value) AS max, min(measured_at) AS first_at, max(measured_at) AS last_at
      FROM readings WHERE ${inRange} AND measured_at >= ${from} AND measured_at < ${to}
      GROUP BY 1
    ) AS made,
    LATERAL (
      SELECT value FROM readings WHERE ${inRange} AND measured_at = made.first_at ORDER BY value LIMIT 1
    ) AS first,
    LATERAL (
      SELECT value FROM readings WHERE ${inRange} AND measured_at = made.last_at ORDER BY value DESC LIMIT 1
    ) AS last,
    LATERAL (
      SELECT measured_at FROM readings
      WHERE ${ofBucket} AND value = made.min
      ORDER BY measured_at LIMIT 1
    ) AS lowest,
    LATERAL (
      SELECT measured_at FROM readings
      WHERE ${ofBucket} AND value = made.max
      ORDER BY measured_at LIMIT 1
    ) AS highest,
    LATERAL (
      SELECT sum(${SINE}) AS sine_sum, sum(${COSINE}) AS cosine_sum
      FROM readings WHERE span.kind = 'direction' AND ${ofBucket}
    ) AS direction,
    LATERAL (
      SELECT sum(${stepSql('before', 'value')}) AS rise,
        (array_agg(value ORDER BY measured_at, value))[1] AS rise_from,
        (array_agg(value ORDER BY measured_at DESC, value DESC))[1] AS rise_to
      FROM (
        SELECT measured_at, value, lag(value) OVER (ORDER BY measured_at, value) AS before
        FROM readings WHERE span.kind = 'counter' AND ${ofBucket} AND ${IS_COUNT}
      ) AS walked
    ) AS counter`;
}

export interface FromReadings {
  /** What to group by. */
  readonly bucket: string;
  /** The first time, and the end, of the readings of a row; $4 and $5 are those of all rows, which leaves partitions out. */
  readonly from: string;
  readonly to: string;
}

/** The columns of both tables of roll-ups, in one order. */
export const COLUMNS = `series_id, bucket, count, sum, min, max, first, last, min_at, max_at,
  sine_sum, cosine_sum, rise, rise_from, rise_to`;

/** What {@link fromReadings} has for them. */
export const SELECTED = `
  span.series_id, made.bucket, made.count, made.sum, made.min, made.max, first.value, last.value,
  lowest.measured_at, highest.measured_at, direction.*, counter.*`;
