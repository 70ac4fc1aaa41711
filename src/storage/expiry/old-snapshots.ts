import type { Queryable } from '../queryable.ts';

/** A transaction's number. */
export type SnapshotFence = string;

/** What separates transactions that may see things as they were before from those that can't. @throws what the database reports */
export async function takeSnapshotFence(database: Queryable): Promise<SnapshotFence> {
  const { rows } = await database.query<{ fence: string }>({
    text: 'SELECT pg_current_xact_id()::xid::text AS fence',
  });
  return rows[0]!.fence;
}

// Transactions that only read have no number by which pg_snapshot_xmin would know them.
const IS_PASSED = `
  SELECT NOT EXISTS (
    SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
      AND backend_xmin IS NOT NULL AND age(backend_xmin) > age($1::xid)
  ) AS passed`;

/**
 * Whether all who may still see things as they were before the fence have ended. Of sessions of other users only those are known that
 * `pg_read_all_stats` lets ours see.
 * @throws what the database reports
 */
export async function areOldSnapshotsGone(database: Queryable, fence: SnapshotFence): Promise<boolean> {
  const { rows } = await database.query<{ passed: boolean }>({ text: IS_PASSED, values: [fence] });
  return rows[0]!.passed;
}
