import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { isLockNotAvailable, isWorthAnotherTry } from './failure.ts';
import { noteFormerStation } from './former-stations.ts';
import type { Queryable } from './queryable.ts';
import { StationError } from './station-error.ts';
import { inTransaction } from './transaction.ts';

/** How long whoever stores readings may wait behind us, at the most. */
const LOCK_TIMEOUT_MS = 50;
const PAUSE_MS = 100;
const MOST_ATTEMPTS = 100;

/**
 * Takes a station away, in one moment: what was stored for it before goes, and what is stored afterwards makes it anew. Its
 * readings are still in their table then, and of no series that anybody can find; {@link clearSeries} deletes them.
 *
 * Whoever stores readings holds a lock on their table until the commit, so that with ours nobody is in the middle of it. A service
 * that goes on with a series that it thinks is there is refused by the trigger of the table, and looks again.
 * @returns whether there was one
 * @throws StationError `station-busy`, what the database reports, or the reason of `signal`
 */
export async function detachStation(pool: Pool, station: string, signal: AbortSignal): Promise<boolean> {
  for (let attempts = 1; ; attempts += 1) {
    signal.throwIfAborted();
    try {
      return await inTransaction(pool, (database) => detach(database, station));
    } catch (error) {
      if (!isLockNotAvailable(error) && !isWorthAnotherTry(error)) throw error;
      if (attempts === MOST_ATTEMPTS) throw busy(station);
    }
    await pause(PAUSE_MS, undefined, { signal });
  }
}

async function detach(database: Queryable, station: string): Promise<boolean> {
  await database.query({ text: `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}` });
  const ask = async <T extends object>(text: string, value: unknown = station): Promise<readonly T[]> =>
    (await database.query<T>({ text, values: [value] })).rows;
  await database.query({ text: 'LOCK TABLE ONLY readings IN SHARE MODE' });
  // Whoever makes a series for it has done so before, or finds no station any more.
  const [found] = await ask<{ id: number }>('SELECT id FROM stations WHERE station = $1 FOR UPDATE');
  if (found !== undefined) {
    await ask(
      `WITH gone AS (DELETE FROM series WHERE station_id = $1 RETURNING id)
       INSERT INTO removed_series (series_id, station)
       SELECT gone.id, stations.station FROM gone, stations WHERE stations.id = $1`,
      found.id,
    );
    await ask('DELETE FROM stations WHERE id = $1', found.id);
  }
  const credential = await ask(`DELETE FROM credentials WHERE name = $1 AND kind = 'station' RETURNING id`);
  await ask('DELETE FROM retention_policies WHERE station = $1');
  await noteFormerStation(database, station);
  return found !== undefined || credential.length > 0;
}

function busy(station: string): StationError {
  return new StationError(
    'station-busy',
    `${station} could not be removed: something else in the database holds its readings all the time.`,
    'Nothing was changed. An import may be under way, or an index or a backup be made: try again when it has ended.',
  );
}
