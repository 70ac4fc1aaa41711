import type { Pool } from 'pg';
import type { Micros } from '../telemetry/reading.ts';
import type { Quarter } from '../telemetry/series-day.ts';

/** What the database holds of the last day of a series. */
export interface RecentSeries {
  readonly station: string;
  readonly metric: string;
  readonly quarters: readonly Quarter[];
  /** Of its last readings, newest first. */
  readonly lastTimes: readonly Micros[];
}

/** So many at a time, so that no query takes long, and nobody waits behind it. */
const SERIES_A_QUERY = 50;
const LAST_TIMES = 10;

// Arrays are compared element by element: the least of [value, time] is the earliest of the lowest. Times are seconds.
const RECENT = `
  SELECT series.id, station, metric,
    ARRAY(
      SELECT extract(epoch FROM measured_at)::float8 FROM readings
      WHERE series_id = series.id ORDER BY measured_at DESC LIMIT ${LAST_TIMES}
    ) AS times,
    ARRAY(
      SELECT min(ARRAY[seconds, value]) || min(ARRAY[value, seconds]) || max(ARRAY[value, -seconds])
      FROM (
        SELECT extract(epoch FROM measured_at)::float8 AS seconds, value FROM readings
        WHERE series_id = series.id AND measured_at >= to_timestamp($2)
      ) AS recent
      GROUP BY floor(seconds / 900)
    ) AS quarters
  FROM series JOIN stations ON stations.id = station_id
  WHERE series.id > $1 ORDER BY series.id LIMIT ${SERIES_A_QUERY}`;

interface RecentRow {
  readonly id: number;
  readonly station: string;
  readonly metric: string;
  readonly times: readonly number[];
  readonly quarters: readonly (readonly [number, number, number, number, number, number])[];
}

/**
 * The last day of every series, by quarter of an hour, in parts.
 * @param since when it begins
 * @throws what the database reports
 */
export async function* readRecent(pool: Pool, since: Micros): AsyncGenerator<readonly RecentSeries[]> {
  let last = 0;
  for (;;) {
    const { rows } = await pool.query<RecentRow>(RECENT, [last, since / 1_000_000]);
    if (rows.length === 0) return;
    last = rows.at(-1)!.id;
    yield rows.map(({ station, metric, times, quarters }) => ({
      station,
      metric,
      lastTimes: times.map(micros),
      quarters: quarters.map(toQuarter),
    }));
  }
}

function toQuarter([firstAt, first, low, lowAt, high, highBefore]: RecentRow['quarters'][number]): Quarter {
  return {
    first: { measuredAt: micros(firstAt), value: first },
    low: { measuredAt: micros(lowAt), value: low },
    high: { measuredAt: micros(-highBefore), value: high },
  };
}

function micros(seconds: number): Micros {
  return Math.round(seconds * 1_000_000);
}
