import { formatMicros } from '../../telemetry/format-time.ts';
import type { Queryable } from '../queryable.ts';
import { COLUMNS, fromReadings, SELECTED } from './from-readings.ts';
import { type SeriesSpan, SPANS, spanParameters } from './spans.ts';

export interface MadeHours {
  readonly hours: number;
  /** Of those hours. */
  readonly readings: number;
}

const REMOVE = `
  DELETE FROM rollups_hour AS hour USING ${SPANS}
  WHERE hour.series_id = span.series_id AND bucket >= from_time AND bucket < to_time AND bucket >= raw_from`;
// What conflicts is frozen: all else was removed before.
const MAKE = `
  WITH made AS (
    INSERT INTO rollups_hour (${COLUMNS})
    SELECT ${SELECTED} FROM ${SPANS}, ${fromReadings({
      bucket: `date_bin('1 hour', measured_at, '2000-01-01Z')`,
      from: 'span.from_time',
      to: 'span.to_time',
    })}
    ON CONFLICT DO NOTHING RETURNING count
  )
  SELECT count(*)::int AS hours, coalesce(sum(count), 0)::float8 AS readings FROM made`;
const COUNT_FROZEN = `
  SELECT count(*)::int AS hours FROM ${SPANS}
  JOIN rollups_hour AS hour ON hour.series_id = span.series_id
  WHERE bucket >= from_time AND bucket < to_time AND bucket < raw_from`;

/**
 * Makes the hours of the spans anew from what is in `readings`, in a transaction of the caller's; one without readings has no
 * roll-up afterwards. Hours whose readings have expired stay as they are; one that has none yet is made from what there is.
 * @param spans whole hours of UTC, no two of which overlap
 * @throws what the database reports
 */
export async function remakeHours(database: Queryable, spans: readonly SeriesSpan[]): Promise<MadeHours> {
  const values = spanParameters(spans);
  await database.query({ text: REMOVE, values: [...values] });
  const { rows } = await database.query<{ hours: number; readings: number }>({
    text: MAKE,
    values: [...values, ...reachOf(spans)],
  });
  return rows[0]!;
}

/** How many hours of the spans have a roll-up that can't be made anew. @throws what the database reports */
export async function countFrozenHours(database: Queryable, spans: readonly SeriesSpan[]): Promise<number> {
  const values = [...spanParameters(spans)];
  const { rows } = await database.query<{ hours: number }>({ text: COUNT_FROZEN, values });
  return rows[0]!.hours;
}

/** From the first start to the last end. */
function reachOf(spans: readonly SeriesSpan[]): readonly string[] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    from = Math.min(from, span.from);
    to = Math.max(to, span.to);
  }
  return [formatMicros(from), formatMicros(to)];
}
