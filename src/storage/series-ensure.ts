import type { Pool } from 'pg';
import { isForeignKeyViolation } from './failure.ts';
import type { SeriesRow, WantedSeries } from './series-catalog.ts';

/** A station is not removed as often as that while somebody publishes for it. */
const MOST_ATTEMPTS = 5;

// Sorted, so that two services that meet the same new stations lock rows in one order and can't deadlock.
const INSERT_STATIONS = `
  INSERT INTO stations (station) SELECT DISTINCT station FROM unnest($1::text[]) AS wanted (station) ORDER BY station
  ON CONFLICT (station) DO NOTHING`;
const UPSERT_SERIES = `
  INSERT INTO series (station_id, metric, unit)
  SELECT stations.id, wanted.metric, wanted.unit
  FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (station, metric, unit)
  JOIN stations USING (station) ORDER BY 1, 2
  ON CONFLICT (station_id, metric) DO UPDATE SET unit = coalesce(series.unit, excluded.unit)
  RETURNING id, station_id AS "stationId",
    (SELECT station FROM stations WHERE stations.id = station_id) AS station, metric, unit`;

/**
 * Makes the series that are missing, and their stations, and gives a unit to those that have none.
 * @param wanted each once
 * @returns all of them
 * @throws what the database reports
 */
export async function ensureSeries(
  pool: Pool,
  wanted: readonly WantedSeries[],
): Promise<readonly SeriesRow[]> {
  for (let attempts = 1; attempts <= MOST_ATTEMPTS; attempts += 1) {
    const rows = await upsert(pool, wanted);
    if (rows !== undefined) return rows;
  }
  throw new Error('stations are removed again and again while their series are made');
}

/** @returns `undefined` when one of the stations was removed, or renamed, just after it was found or made */
async function upsert(
  pool: Pool,
  wanted: readonly WantedSeries[],
): Promise<readonly SeriesRow[] | undefined> {
  const stations = wanted.map(({ station }) => station);
  await pool.query(INSERT_STATIONS, [stations]);
  const metrics = wanted.map(({ metric }) => metric);
  const units = wanted.map(({ unit }) => unit);
  try {
    const { rows } = await pool.query<SeriesRow>(UPSERT_SERIES, [stations, metrics, units]);
    return rows.length === wanted.length ? rows : undefined;
  } catch (error) {
    if (isForeignKeyViolation(error)) return undefined;
    throw error;
  }
}
