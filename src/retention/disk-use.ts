import { statfs } from 'node:fs/promises';
import type { Pool } from 'pg';
import type { Micros } from '../telemetry/reading.ts';
import { readExpiryReport } from '../storage/expiry/state.ts';
import { daysUntilFull, type DiskUse, readStoredSizes } from '../storage/expiry/sizes.ts';

/** Looks at what is on disk, at most once a minute however many ask. */
export interface DiskUseReader {
  /** Those of the last look, if there was one; a new one is begun if it is too long ago. */
  latest(): DiskUse | undefined;
  /** Those of the last minute. @throws what the database reports */
  read(): Promise<DiskUse>;
}

export interface DiskUseOptions {
  readonly pool: Pool;
  /** Where the embedded database is; `undefined`: there is none. */
  readonly embeddedIn: string | undefined;
  readonly maxDatabaseBytes: number | undefined;
  /** In milliseconds. */
  readonly clock?: () => number;
}

const KEPT_MS = 60_000;

export function createDiskUseReader({
  pool,
  embeddedIn,
  maxDatabaseBytes,
  clock = Date.now,
}: DiskUseOptions): DiskUseReader {
  let known: DiskUse | undefined;
  let lookedAt = -Infinity;
  let looking: Promise<DiskUse> | undefined;

  async function look(): Promise<DiskUse> {
    const stored = await readStoredSizes(pool);
    const diskFree = embeddedIn === undefined ? undefined : await freeBytes(embeddedIn);
    known = { ...stored, diskFree, maxDatabaseBytes, expiry: await readExpiryReport(pool) };
    return known;
  }

  async function read(): Promise<DiskUse> {
    if (looking !== undefined) return looking;
    if (known !== undefined && clock() - lookedAt < KEPT_MS) return known;
    // Also where it fails: a database that is away is not asked all the time.
    lookedAt = clock();
    looking = look().finally(() => (looking = undefined));
    return looking;
  }

  return {
    read,
    latest() {
      if (clock() - lookedAt >= KEPT_MS) read().catch(() => undefined);
      return known;
    },
  };
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** For those who watch: what is known, by name. */
export function diskGauges(use: DiskUse | undefined, now: Micros): Readonly<Record<string, number>> {
  if (use === undefined) return {};
  const { database, readings, rollups, growth, diskFree, maxDatabaseBytes, expiry } = use;
  const known = {
    database_bytes: database,
    readings_bytes: readings,
    rollups_bytes: rollups,
    database_growth_bytes_per_day: growth && Math.round(growth.bytesPerDay),
    database_max_bytes: maxDatabaseBytes,
    disk_free_bytes: diskFree,
    disk_full_in_days: roundedDays(daysUntilFull(use)),
    expiry_run_ms: expiry.runMs && Math.round(expiry.runMs),
    expiry_run_age_seconds: expiry.ranAt && Math.max(0, Math.round((now - expiry.ranAt) / 1e6)),
    expiry_months_waiting: expiry.monthsWaiting,
    expiry_unfinished: Number(expiry.unfinishedSince !== undefined),
    expiry_held: Number(expiry.held !== undefined),
  };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function roundedDays(days: number | undefined): number | undefined {
  return days === undefined ? undefined : Math.floor(days);
}
