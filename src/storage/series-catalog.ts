import type { Pool } from 'pg';

/** One metric of one station, as the table knows it. */
export interface Series {
  readonly id: number;
  readonly station: string;
  readonly metric: string;
  /** The unit that its values are stored in. */
  readonly unit: string | null;
}

export interface WantedSeries {
  readonly station: string;
  readonly metric: string;
  /** What to store its values in, if it is new or has no unit yet. */
  readonly unit: string | null;
}

/** All stations and series, in memory: the acknowledged path asks for each reading. */
export interface SeriesCatalog {
  find(station: string, metric: string): Series | undefined;
  /** How many metrics of the station are known. */
  metricCount(station: string): number;
  /** Makes series that are missing, and gives a unit to those that have none. @throws what the database reports */
  ensure(wanted: readonly WantedSeries[]): Promise<void>;
}

interface SeriesRow {
  readonly id: number;
  readonly station: string;
  readonly metric: string;
  readonly unit: string | null;
}

/** Reads the catalog; another service on the same database may add to it, which `ensure` then finds out. */
export async function loadSeriesCatalog(pool: Pool): Promise<SeriesCatalog> {
  const stations = new Map<string, Map<string, Series>>();
  const remember = (row: SeriesRow): void => {
    let metrics = stations.get(row.station);
    if (metrics === undefined) stations.set(row.station, (metrics = new Map()));
    metrics.set(row.metric, row);
  };
  const { rows } = await pool.query<SeriesRow>(
    'SELECT series.id, station, metric, unit FROM series JOIN stations ON stations.id = station_id',
  );
  rows.forEach(remember);
  return {
    find: (station, metric) => stations.get(station)?.get(metric),
    metricCount: (station) => stations.get(station)?.size ?? 0,
    async ensure(wanted) {
      for (const row of await upsertSeries(pool, wanted)) remember(row);
    },
  };
}

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
  RETURNING id, (SELECT station FROM stations WHERE stations.id = station_id) AS station, metric, unit`;

async function upsertSeries(pool: Pool, wanted: readonly WantedSeries[]): Promise<readonly SeriesRow[]> {
  const stations = wanted.map(({ station }) => station);
  await pool.query(INSERT_STATIONS, [stations]);
  const metrics = wanted.map(({ metric }) => metric);
  const units = wanted.map(({ unit }) => unit);
  return (await pool.query<SeriesRow>(UPSERT_SERIES, [stations, metrics, units])).rows;
}
