import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Span } from '../../telemetry/spans.ts';
import type { Queryable } from '../queryable.ts';

export interface SeriesName {
  readonly station: string;
  readonly metric: string;
}

export type LookedUp = HistorySeries | { readonly kind: 'station-unknown' | 'metric-unknown' };

export interface HistorySeries {
  readonly kind: 'found';
  readonly seriesId: number;
  readonly unit: string | null;
  /** Another one whenever what is rolled up has changed. */
  readonly rollupVersion: string;
  /** Readings before have expired. */
  readonly rawFrom: Micros;
  /** Whether all of the stretch is rolled up and nothing of it out of date: it stays as it is while the version does. */
  readonly isSettled: boolean;
}

interface Row {
  readonly isStation: boolean;
  readonly seriesId: number | null;
  readonly unit: string | null;
  readonly rollupVersion: string;
  readonly rawFrom: Micros;
  readonly isSettled: boolean;
}

// What a counter has risen to in a stretch depends on the reading before it, too.
const LOOK_UP = `
  SELECT stations.id IS NOT NULL AS "isStation", series.id AS "seriesId", unit, rollup_version AS "rollupVersion",
    (extract(epoch FROM raw_from) * 1000000)::float8 AS "rawFrom",
    coalesce((SELECT rolled_until >= $4 FROM rollup_state), false) AND NOT EXISTS (
      SELECT FROM rollup_marks WHERE series_id = series.id AND from_time < $4 AND (to_time >= $3 OR kind = 'counter')
    ) AS "isSettled"
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (station, metric, position)
  LEFT JOIN stations ON stations.station = asked.station
  LEFT JOIN series ON series.station_id = stations.id AND series.metric = asked.metric
  ORDER BY asked.position`;

/**
 * What is known of series, in their order, and of a stretch of them: all that tells whether an answer of before is still right.
 * @throws what the database reports
 */
export async function lookUpSeries(
  database: Queryable,
  names: readonly SeriesName[],
  { from, to }: Span,
): Promise<readonly LookedUp[]> {
  const { rows } = await database.query<Row & object>({
    text: LOOK_UP,
    values: [
      names.map(({ station }) => station),
      names.map(({ metric }) => metric),
      formatMicros(from),
      formatMicros(to),
    ],
  });
  return rows.map(({ isStation, seriesId, ...series }) => {
    if (seriesId === null) return { kind: isStation ? 'metric-unknown' : 'station-unknown' };
    return { kind: 'found', seriesId, ...series };
  });
}
