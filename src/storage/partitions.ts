import type { ClientBase, Pool } from 'pg';
import type { Micros } from '../telemetry/reading.ts';

/** `2026-11` */
export type Month = string;

/** Makes the monthly partitions of `readings` as readings need them. */
export interface Partitions {
  /** Months of the readings that no partition is known for. */
  missing(readings: readonly { readonly measuredAt: Micros }[]): readonly Month[];
  /** @throws what the database reports */
  create(months: readonly Month[]): Promise<void>;
  /** To be called when the database says that a partition is missing after all. */
  forget(): void;
}

/** Of those who make or drop partitions. Any number will do, as long as all who do so in one database use the same. */
export const PARTITIONS_LOCK = 7_411_936;
const IS_ATTACHED = `
  SELECT FROM pg_inherits WHERE inhparent = 'readings'::regclass AND inhrelid = to_regclass($1)`;

export function createPartitions(pool: Pool): Partitions {
  const known = new Set<Month>();
  let lastFrom = 0;
  let lastTo = 0;
  const isKnown = (time: Micros): boolean => {
    // Nearly always the month of the reading before; formatting a date for each would cost more than encoding it.
    if (time >= lastFrom && time < lastTo) return true;
    const month = monthOf(time);
    if (!known.has(month)) return false;
    lastFrom = startOf(month, 0);
    lastTo = startOf(month, 1);
    return true;
  };
  return {
    missing(readings) {
      const missing = new Set<Month>();
      for (const { measuredAt } of readings) if (!isKnown(measuredAt)) missing.add(monthOf(measuredAt));
      return [...missing].toSorted();
    },
    async create(months) {
      for (const month of months) {
        await createPartition(pool, month);
        known.add(month);
      }
    },
    forget() {
      known.clear();
      lastFrom = 0;
      lastTo = 0;
    },
  };
}

async function createPartition(pool: Pool, month: Month): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await attachMonth(client, month);
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    // The connection is thrown away rather than rolled back: it may be what broke.
    client.release(true);
    throw error;
  }
}

/**
 * Makes a month's partition in the client's transaction, if it is not there. A table is made on its own and then attached, which lets
 * others go on reading and writing `readings`; making it as a partition at once would lock them out. The lock keeps two
 * services from making the same one.
 * @throws what the database reports
 */
export async function attachMonth(client: ClientBase, month: Month): Promise<void> {
  const name = `readings_${month.replace('-', '_')}`;
  await client.query('SELECT pg_advisory_xact_lock($1)', [PARTITIONS_LOCK]);
  const { rowCount } = await client.query(IS_ATTACHED, [name]);
  if (rowCount !== 0) return;
  // It may be there and not attached: its owner has detached it, and now readings for it come after all.
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${name} (LIKE readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
  );
  await client.query(
    `ALTER TABLE readings ATTACH PARTITION ${name} FOR VALUES FROM ('${bound(month, 0)}') TO ('${bound(month, 1)}')`,
  );
}

/** In UTC. */
export function monthOf(time: Micros): Month {
  return new Date(time / 1000).toISOString().slice(0, 7);
}

function bound(month: Month, monthsLater: number): string {
  return new Date(startOf(month, monthsLater) / 1000).toISOString();
}

function startOf(month: Month, monthsLater: number): Micros {
  const [year, number] = month.split('-').map(Number);
  return Date.UTC(year!, number! - 1 + monthsLater, 1) * 1000;
}
