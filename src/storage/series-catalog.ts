import type { Pool } from 'pg';
import { createHeldSeries, type StationChange } from './held-series.ts';
import { ensureSeries } from './series-ensure.ts';

/** One metric of one station, as the table knows it. When the owner renames its station, it changes with it. */
export interface Series {
  readonly id: number;
  readonly station: string;
  readonly metric: string;
  /** The unit that its values are stored in. */
  readonly unit: string | null;
  /** Its station was removed since it was found. */
  readonly isRemoved?: true;
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
  /** Makes series that are missing, and gives a unit to those that have none; each is wanted once. @throws what the database reports */
  ensure(wanted: readonly WantedSeries[]): Promise<void>;
  /** Reads all of it again. @throws what the database reports */
  refresh(): Promise<void>;
  /** How often stations were found to be renamed or removed: while it is the same, what was found is. */
  changes(): number;
  /** Tells of stations that were renamed or removed, in the moment in which it begins to go by that itself. */
  listen(listener: (changes: readonly StationChange[]) => void): void;
}

export interface SeriesRow extends Series {
  readonly stationId: number;
}

/** Reads the catalog. Another service on the same database may add to it, and commands may change it, which it then finds out. */
export async function loadSeriesCatalog(pool: Pool): Promise<SeriesCatalog> {
  const held = createHeldSeries();
  let listener: ((changes: readonly StationChange[]) => void) | undefined;
  let count = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time, so that what was read earlier is never taken for the newer. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  }

  async function refresh(): Promise<void> {
    const changes = held.replace((await pool.query<SeriesRow | StationRow>(ALL)).rows);
    if (changes.length === 0) return;
    count += 1;
    listener?.(changes);
  }

  await refresh();
  return {
    find: (station, metric) => held.find(station, metric),
    metricCount: (station) => held.metricCount(station),
    ensure: (wanted) =>
      inTurn(async () => {
        const rows = await ensureSeries(pool, wanted);
        if (!held.add(rows)) await refresh();
      }),
    refresh: () => inTurn(refresh),
    changes: () => count,
    listen: (heard) => void (listener = heard),
  };
}

/** A station without a series has one row, too. */
export interface StationRow {
  readonly stationId: number;
  readonly station: string;
  readonly id: null;
}

const ALL = `
  SELECT stations.id AS "stationId", station, series.id, metric, unit
  FROM stations LEFT JOIN series ON stations.id = station_id`;
