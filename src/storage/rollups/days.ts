import { formatMicros } from '../../telemetry/format-time.ts';
import type { LocalDay } from '../../telemetry/local-days.ts';
import type { Queryable } from '../queryable.ts';
import { COLUMNS, fromReadings, SELECTED } from './from-readings.ts';
import { stepSql } from './kinds.ts';
import { dayParameters, type SeriesSpan, SPANS, spanParameters } from './spans.ts';

const REMOVE = `
  DELETE FROM rollups_day AS day USING ${SPANS}
  WHERE day.series_id = span.series_id AND bucket >= from_time AND bucket < to_time AND bucket >= raw_from`;

/** @param at the number of the first of their parameters */
function daysOfSpans(at: number): string {
  return `${SPANS}
    JOIN unnest($${at}::timestamptz[], $${at + 1}::timestamptz[], $${at + 2}::boolean[]) AS day (start, stop, is_whole)
      ON day.start >= span.from_time AND day.start < span.to_time`;
}

const MADE =
  'count, sum, min, max, first, last, min_at, max_at, sine_sum, cosine_sum, rise, rise_from, rise_to';
// An hour counts to the day in which it begins, which is all there is to say of it once its readings have expired. What conflicts is
// a day whose readings have expired: it is made anew only when one of its hours, that had none, has had readings since.
const OF_DAY = 'hour.series_id = span.series_id AND hour.bucket >= day.start AND hour.bucket < day.stop';
const MAKE_FROM_HOURS = `
  INSERT INTO rollups_day (${COLUMNS})
  SELECT span.series_id, day.start, made.*, counter.* FROM ${daysOfSpans(4)},
  LATERAL (
    SELECT sum(count)::bigint, sum(sum), min(min), max(max),
      (array_agg(first ORDER BY bucket))[1], (array_agg(last ORDER BY bucket DESC))[1],
      (array_agg(min_at ORDER BY min, min_at))[1], (array_agg(max_at ORDER BY max DESC, max_at))[1],
      sum(sine_sum), sum(cosine_sum)
    FROM rollups_hour AS hour
    WHERE ${OF_DAY}
    HAVING count(*) > 0
  ) AS made,
  LATERAL (
    SELECT sum(rise + ${stepSql('before', 'rise_from')}),
      (array_agg(rise_from ORDER BY bucket))[1], (array_agg(rise_to ORDER BY bucket DESC))[1]
    FROM (
      SELECT bucket, rise, rise_from, rise_to, lag(rise_to) OVER (ORDER BY bucket) AS before
      FROM rollups_hour AS hour WHERE span.kind = 'counter' AND ${OF_DAY} AND rise IS NOT NULL
    ) AS walked
  ) AS counter
  WHERE day.is_whole OR (day.start < span.raw_from AND NOT EXISTS (
    SELECT FROM rollups_day AS known WHERE known.series_id = span.series_id AND known.bucket = day.start
  ))
  ON CONFLICT (series_id, bucket) DO UPDATE SET (${MADE}) = (${MADE.replaceAll(/\w+/g, 'excluded.$&')})
  WHERE excluded.count > rollups_day.count`;
const MAKE_FROM_READINGS = `
  INSERT INTO rollups_day (${COLUMNS})
  SELECT ${SELECTED} FROM ${daysOfSpans(6)}, ${fromReadings({
    bucket: 'day.start',
    from: 'day.start',
    to: 'day.stop',
  })}
  WHERE NOT day.is_whole AND day.start >= span.raw_from
  ON CONFLICT DO NOTHING`;

/**
 * Takes the days away that begin in the spans, and makes those in `days` anew, in a transaction of the caller's: from hours, which must be
 * there, or from readings where a day begins or ends within an hour of UTC. Days whose readings have expired stay as they
 * are, unless their hours have come to more.
 * @param spans no two of which overlap
 * @returns how many there are now
 * @throws what the database reports
 */
export async function remakeDays(
  database: Queryable,
  spans: readonly SeriesSpan[],
  days: readonly LocalDay[],
): Promise<number> {
  const values = spanParameters(spans);
  await database.query({ text: REMOVE, values: [...values] });
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return 0;
  const madeFromHours = await database.query({
    text: MAKE_FROM_HOURS,
    values: [...values, ...dayParameters(days)],
  });
  const reach = [formatMicros(first.start), formatMicros(last.end)];
  const madeFromReadings = await database.query({
    text: MAKE_FROM_READINGS,
    values: [...values, ...reach, ...dayParameters(days)],
  });
  return (madeFromHours.rowCount ?? 0) + (madeFromReadings.rowCount ?? 0);
}
