import type { Pool } from 'pg';
import { isLockNotAvailable, isUniqueViolation } from './failure.ts';
import { noteFormerStation } from './former-stations.ts';
import type { Queryable } from './queryable.ts';
import { StationError, unknownStation } from './station-error.ts';
import { inTransaction } from './transaction.ts';

/** What has gone over to the new name. */
export interface RenamedStation {
  readonly series: number;
  /** Whether it has a credential; the password is the same. */
  readonly hasCredential: boolean;
  /** Channels of ThingSpeak's with fields of it. */
  readonly channels: readonly number[];
  /** Integrators whose filters named it. */
  readonly integrators: readonly string[];
  /** Exceptions from how long readings are kept. */
  readonly retentionPolicies: number;
}

/** Whoever makes a series of it just now is waited for, and those who come then wait for us: neither for long. */
const LOCK_TIMEOUT_MS = 5_000;

/**
 * Gives a station another name, with all that goes by it, in one transaction. Its series stay what they are, so that readings which
 * are being stored meanwhile are its own.
 * @throws StationError, also when the new name is in use: two stations can't become one; what the database reports
 */
export async function renameStation(
  pool: Pool,
  from: string,
  to: string,
  lockTimeoutMs = LOCK_TIMEOUT_MS,
): Promise<RenamedStation> {
  try {
    return await inTransaction(pool, async (database) => {
      await database.query({ text: `SET LOCAL lock_timeout = ${lockTimeoutMs}` });
      return rename(database, from, to);
    });
  } catch (error) {
    if (isLockNotAvailable(error)) throw busy(from);
    // Somebody has taken the name since it was looked for.
    throw isUniqueViolation(error) ? nameInUse(to, 'somebody has just taken it') : error;
  }
}

async function rename(database: Queryable, from: string, to: string): Promise<RenamedStation> {
  await checkFree(database, to);
  const station = await rows<{ id: number }>(
    database,
    'UPDATE stations SET station = $2 WHERE station = $1 RETURNING id',
    [from, to],
  );
  const credential = await rows(
    database,
    `UPDATE credentials SET name = $2 WHERE name = $1 AND kind = 'station' RETURNING id`,
    [from, to],
  );
  if (station.length === 0 && credential.length === 0) throw unknownStation(from);
  const series = await rows(database, 'SELECT FROM series WHERE station_id = ANY ($1)', [
    station.map(({ id }) => id),
  ]);
  const channels = await rows<{ id: number }>(
    database,
    'UPDATE channel_fields SET station = $2 WHERE station = $1 RETURNING channel_id AS id',
    [from, to],
  );
  const policies = await rows(
    database,
    'UPDATE retention_policies SET station = $2 WHERE station = $1 RETURNING station',
    [from, to],
  );
  const integrators = await renameInFilters(database, from, to);
  await noteFormerStation(database, from);
  return {
    series: series.length,
    hasCredential: credential.length > 0,
    channels: [...new Set(channels.map(({ id }) => id))].toSorted((a, b) => a - b),
    integrators,
    retentionPolicies: policies.length,
  };
}

const USES = `
  SELECT 'there is a station with it' AS use FROM stations WHERE station = $1
  UNION ALL SELECT 'there is a credential with it' FROM credentials WHERE name = $1
  UNION ALL SELECT 'channel ' || channel_id || ' has a field of it' FROM channel_fields WHERE station = $1
  UNION ALL SELECT 'it has an exception of retention' FROM retention_policies WHERE station = $1
  LIMIT 1`;

/** @throws StationError */
async function checkFree(database: Queryable, name: string): Promise<void> {
  const [found] = await rows<{ use: string }>(database, USES, [name]);
  if (found !== undefined) throw nameInUse(name, found.use);
}

function nameInUse(name: string, use: string): StationError {
  return new StationError(
    'station-exists',
    `The name ${name} is in use: ${use}.`,
    'Choose another name: two stations can not become one.',
  );
}

function busy(station: string): StationError {
  return new StationError(
    'station-busy',
    `${station} could not be renamed: something else in the database holds it.`,
    'Nothing was changed. Try again when that has ended.',
  );
}

/** A filter that names the station grants what it did. @returns whose filters have changed */
async function renameInFilters(database: Queryable, from: string, to: string): Promise<readonly string[]> {
  const integrators = await rows<{ name: string; filters: readonly string[] }>(
    database,
    `SELECT name, filters FROM credentials WHERE kind = 'integrator' ORDER BY name FOR UPDATE`,
    [],
  );
  const changed: string[] = [];
  for (const { name, filters } of integrators) {
    const renamed = filters.map((filter) => renameInFilter(filter, from, to));
    if (renamed.every((filter, index) => filter === filters[index])) continue;
    await rows(database, 'UPDATE credentials SET filters = $2 WHERE name = $1', [name, renamed]);
    changed.push(name);
  }
  return changed;
}

function renameInFilter(filter: string, from: string, to: string): string {
  const levels = filter.split('/');
  return levels[1] === from ? levels.with(1, to).join('/') : filter;
}

async function rows<T extends object>(
  database: Queryable,
  text: string,
  values: readonly unknown[],
): Promise<readonly T[]> {
  return (await database.query<T>({ text, values: [...values] })).rows;
}
