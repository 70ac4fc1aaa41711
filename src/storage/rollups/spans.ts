import type { LocalDay } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { Int4Array, TimestamptzArray } from '../binary-arrays.ts';

export const HOUR: Micros = 3_600_000_000;

/** A stretch of one series, `to` excluded. */
export interface Span {
  readonly seriesId: number;
  readonly from: Micros;
  readonly to: Micros;
}

export function floorHour(time: Micros): Micros {
  return Math.floor(time / HOUR) * HOUR;
}

/** The first three parameters of a statement that has {@link SPANS} in it. */
export function spanParameters(spans: readonly Span[]): readonly Buffer[] {
  const seriesIds = new Int4Array(spans.length);
  const from = new TimestamptzArray(spans.length);
  const to = new TimestamptzArray(spans.length);
  for (const span of spans) {
    seriesIds.push(span.seriesId);
    from.push(span.from);
    to.push(span.to);
  }
  return [seriesIds.parameter, from.parameter, to.parameter];
}

/** Three parameters: when days begin and end, and whether they are made of whole hours of UTC. */
export function dayParameters(days: readonly LocalDay[]): readonly unknown[] {
  const starts = new TimestamptzArray(days.length);
  const ends = new TimestamptzArray(days.length);
  for (const { start, end } of days) {
    starts.push(start);
    ends.push(end);
  }
  return [starts.parameter, ends.parameter, days.map(isOfWholeHours)];
}

function isOfWholeHours({ start, end }: LocalDay): boolean {
  return start % HOUR === 0 && end % HOUR === 0;
}

/** The spans as a table, with what has expired of their series. */
export const SPANS = `(
  SELECT given.series_id, from_time, to_time, coalesce(raw_from, '-infinity') AS raw_from
  FROM unnest($1::int4[], $2::timestamptz[], $3::timestamptz[]) AS given (series_id, from_time, to_time)
  LEFT JOIN series ON series.id = given.series_id
) AS span`;
