import { formatMicros } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';
import type { Queryable } from './queryable.ts';

/** How many readings of a series were measured from some time on. */
export interface SeriesRate {
  readonly station: string;
  readonly metric: string;
  readonly count: number;
  /** Whether there are any of before. */
  readonly isOlder: boolean;
}

// Whole hours out of roll-ups, as far as these go, and the rest out of readings. Roll-ups end with an hour: they end before $1, or at
// its next hour at the least.
const READ = `
  WITH span AS (
    SELECT $1::timestamptz AS since, date_bin('1 hour', $1::timestamptz + interval '1 hour' - interval '1 microsecond', '2000-01-01Z') AS hour,
      greatest(rolled_until, $1::timestamptz) AS rolled_until
    FROM rollup_state
  )
  SELECT station, metric, (
      (SELECT count(*) FROM readings WHERE series_id = series.id AND measured_at >= since AND measured_at < least(hour, rolled_until))
      + (SELECT coalesce(sum(count), 0) FROM rollups_hour WHERE series_id = series.id AND bucket >= hour AND bucket < rolled_until)
      + (SELECT count(*) FROM readings WHERE series_id = series.id AND measured_at >= rolled_until)
    )::float8 AS count,
    EXISTS (SELECT FROM rollups_hour WHERE series_id = series.id AND bucket < since)
      OR EXISTS (SELECT FROM readings WHERE series_id = series.id AND measured_at < since) AS "isOlder"
  FROM series JOIN stations ON stations.id = station_id CROSS JOIN span`;

/** Of every series. @throws what the database reports */
export async function readStationRates(database: Queryable, since: Micros): Promise<readonly SeriesRate[]> {
  const { rows } = await database.query<SeriesRate>({ text: READ, values: [formatMicros(since)] });
  return rows;
}
