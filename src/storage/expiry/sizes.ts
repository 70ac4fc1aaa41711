import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import { listPartitions, partitionLabel } from './partition-list.ts';
import type { ExpiryReport } from './state.ts';

/** What is stored takes on disk, in bytes, indexes included. */
export interface StoredSizes {
  /** All of it. */
  readonly database: number;
  readonly readings: number;
  /** By hour and by day. */
  readonly rollups: number;
  /** Of readings, the oldest first. */
  readonly months: readonly { readonly month: string; readonly bytes: number }[];
  /** Bytes a day; `undefined` until there is something to compare with. */
  readonly growth: Growth | undefined;
  /** The months that went last because of the size, the latest first. */
  readonly droppedForSize: readonly { readonly month: string; readonly droppedAt: Micros }[];
}

/** How much is stored, how much more there is room for, and how expiry gets on. */
export interface DiskUse extends StoredSizes {
  /** Bytes that are free where the embedded database is; `undefined` of another one. */
  readonly diskFree: number | undefined;
  readonly maxDatabaseBytes: number | undefined;
  readonly expiry: ExpiryReport;
  /** What kept this node from letting anything go, the last time that it tried. */
  readonly expiryProblem?: string | undefined;
}

export interface Growth {
  readonly bytesPerDay: number;
  /** When the size was taken that the present one is compared with. */
  readonly since: Micros;
}

/** How far back growth is looked for: the pages of one month are full before those of the next are begun. */
const GROWTH_DAYS = 30;
const SHORTEST_DAYS = 1;
const DAY: Micros = 86_400_000_000;

const SIZES = `
  SELECT pg_database_size(current_database())::float8 AS database,
    (pg_total_relation_size('rollups_hour') + pg_total_relation_size('rollups_day'))::float8 AS rollups,
    (extract(epoch FROM now()) * 1000000)::float8 AS now`;

const EARLIER = `
  SELECT bytes::float8 AS bytes, (extract(epoch FROM measured_at) * 1000000)::float8 AS "measuredAt"
  FROM database_sizes WHERE measured_at > now() - interval '${GROWTH_DAYS} days' ORDER BY day LIMIT 1`;

const DROPPED = `
  SELECT to_char(month, 'YYYY-MM') AS month, (extract(epoch FROM dropped_at) * 1000000)::float8 AS "droppedAt"
  FROM dropped_partitions WHERE reason = 'size' ORDER BY id DESC LIMIT 3`;

/** Asks for file sizes, not for rows: milliseconds, whatever is stored. @throws what the database reports */
export async function readStoredSizes(database: Queryable): Promise<StoredSizes> {
  const { rows } = await database.query<{ database: number; rollups: number; now: Micros }>({ text: SIZES });
  const { now, ...sizes } = rows[0]!;
  const partitions = await listPartitions(database);
  const earlier = await database.query<Sample & object>({ text: EARLIER });
  const dropped = await database.query<StoredSizes['droppedForSize'][number] & object>({ text: DROPPED });
  return {
    ...sizes,
    readings: partitions.reduce((sum, { bytes }) => sum + bytes, 0),
    months: partitions.map((partition) => ({ month: partitionLabel(partition), bytes: partition.bytes })),
    growth: growthSince(earlier.rows[0], { bytes: sizes.database, measuredAt: now }),
    droppedForSize: dropped.rows,
  };
}

interface Sample {
  readonly bytes: number;
  readonly measuredAt: Micros;
}

/** What was added on an average day; of less than a day nothing can be said. */
export function growthSince(earlier: Sample | undefined, present: Sample): Growth | undefined {
  if (earlier === undefined) return undefined;
  const days = (present.measuredAt - earlier.measuredAt) / DAY;
  if (days < SHORTEST_DAYS) return undefined;
  return { bytesPerDay: (present.bytes - earlier.bytes) / days, since: earlier.measuredAt };
}

/** Keeps the size of today, if that was not done yet: one row a day (UTC). @throws what the database reports */
export async function keepDailySize(database: Queryable): Promise<void> {
  await database.query({
    text: `
      INSERT INTO database_sizes (day, bytes)
      SELECT (now() AT TIME ZONE 'UTC')::date, pg_database_size(current_database())
      WHERE NOT EXISTS (SELECT FROM database_sizes WHERE day = (now() AT TIME ZONE 'UTC')::date)
      ON CONFLICT DO NOTHING`,
  });
}

/** Days until the disk is full if it goes on like this; `undefined` while that is not known, or where nothing grows. */
export function daysUntilFull({
  growth,
  diskFree,
}: Pick<DiskUse, 'growth' | 'diskFree'>): number | undefined {
  if (growth === undefined || growth.bytesPerDay <= 0 || diskFree === undefined) return undefined;
  return diskFree / growth.bytesPerDay;
}
