import { isOfWholeHours } from '../../telemetry/hours.ts';
import type { LocalDay } from '../../telemetry/local-days.ts';
import type { Span } from '../../telemetry/spans.ts';
import { int4Parameter, timestamptzParameter } from '../binary-arrays.ts';

/** A stretch of one series. */
export interface SeriesSpan extends Span {
  readonly seriesId: number;
}

/** The first three parameters of a statement that has {@link SPANS} in it. */
export function spanParameters(spans: readonly SeriesSpan[]): readonly Buffer[] {
  return [
    int4Parameter(spans.map(({ seriesId }) => seriesId)),
    timestamptzParameter(spans.map(({ from }) => from)),
    timestamptzParameter(spans.map(({ to }) => to)),
  ];
}

/** Three parameters: when days begin and end, and whether they are made of whole hours of UTC. */
export function dayParameters(days: readonly LocalDay[]): readonly unknown[] {
  return [
    timestamptzParameter(days.map(({ start }) => start)),
    timestamptzParameter(days.map(({ end }) => end)),
    days.map(({ start, end }) => isOfWholeHours(start, end)),
  ];
}

/** The spans as a table, with what has expired of their series, and of which kind these are. */
export const SPANS = `(
  SELECT given.series_id, from_time, to_time, coalesce(raw_from, '-infinity') AS raw_from, kind
  FROM unnest($1::int4[], $2::timestamptz[], $3::timestamptz[]) AS given (series_id, from_time, to_time)
  LEFT JOIN series ON series.id = given.series_id
) AS span`;
