import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';

/** A part of `readings`, as a rule a month. */
export interface Partition {
  /** To be put into a statement as it is: quoted where it needs to be. */
  readonly name: string;
  /** Its bounds, `to` excluded; infinite where it has none that are times. */
  readonly from: Micros;
  readonly to: Micros;
  /** On disk, its index included. */
  readonly bytes: number;
  /** As the planner knows it; 0 if it does not. */
  readonly rows: number;
  /** Whether it has never held a reading: it was made for one that is under way. */
  readonly isFresh: boolean;
}

/** Of a table: its key has nothing but the page that every index begins with. What is deleted leaves its pages behind. */
export const IS_FRESH = `pg_indexes_size(oid) <= current_setting('block_size')::int`;

// Bounds are written in the session's time zone, and with it.
const LIST = `
  SELECT name,
    coalesce((extract(epoch FROM bounds[1]::timestamptz) * 1000000)::float8, '-Infinity') AS "from",
    coalesce((extract(epoch FROM bounds[2]::timestamptz) * 1000000)::float8, 'Infinity') AS "to",
    coalesce(pg_total_relation_size(oid), 0)::float8 AS bytes, greatest(rows, 0)::float8 AS rows,
    coalesce(${IS_FRESH}, true) AS "isFresh"
  FROM (
    SELECT pg_class.oid, pg_class.oid::regclass::text AS name, reltuples AS rows,
      regexp_match(pg_get_expr(relpartbound, pg_class.oid), $$FROM \\('([^']+)'\\) TO \\('([^']+)'\\)$$) AS bounds
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'readings'::regclass AND NOT inhdetachpending AND relkind = 'r'
  ) AS partition
  ORDER BY "from"`;

/**
 * The partitions of `readings`, the oldest first; those that an owner has divided further, or has elsewhere, are left to
 * the owner: a row's place alone says nothing there. @throws what the database reports */
export async function listPartitions(database: Queryable): Promise<readonly Partition[]> {
  return (await database.query<Partition & object>({ text: LIST })).rows;
}

/** `2026-11`: the month that it begins in, or its name where it has no beginning. */
export function partitionLabel({ name, from }: Pick<Partition, 'name' | 'from'>): string {
  return Number.isFinite(from) ? new Date(from / 1000).toISOString().slice(0, 7) : name;
}
