import { formatMicros } from '../../telemetry/format-time.ts';
import { isLockNotAvailable } from '../failure.ts';
import { PARTITIONS_LOCK } from '../partitions.ts';
import type { Queryable } from '../queryable.ts';
import { IS_FRESH, type Partition } from './partition-list.ts';

/**
 * `busy`: somebody was at work on `readings` all the time. `changed`: something has come for it, or is under way, that is not rolled up
 * yet. In both cases it is there as before.
 */
export type DropOutcome = 'dropped' | 'busy' | 'changed';

export type DropReason = 'expired' | 'size';

export interface DropOptions {
  readonly partition: Partition;
  readonly reason: DropReason;
  /** How long others may wait behind us for `readings`, at the most. */
  readonly lockTimeoutMs: number;
}

const LOCKED = 'locked';

/**
 * Drops a partition in one transaction, which the caller must have found to hold nothing that is to stay. A reading that comes for it meanwhile
 * either is stored before, and keeps it from being dropped by its mark, or finds no partition and makes a new one.
 *
 * `DETACH … CONCURRENTLY` would do with a weaker lock. But then, until the last transaction from before has ended (which may be
 * an export of hours), there is a partition that takes no readings and that no other can stand in for.
 * @param session the worker's own
 * @throws what the database reports
 */
export async function dropPartition(session: Queryable, options: DropOptions): Promise<DropOutcome> {
  await session.query({ text: 'BEGIN' });
  try {
    const outcome = await drop(session, options);
    await session.query({ text: outcome === 'dropped' ? 'COMMIT' : 'ROLLBACK' });
    return outcome;
  } catch (error) {
    if (!isLockNotAvailable(error)) throw error;
    await session.query({ text: 'ROLLBACK' });
    return 'busy';
  }
}

async function drop(
  session: Queryable,
  { partition, reason, lockTimeoutMs }: DropOptions,
): Promise<DropOutcome> {
  const { name } = partition;
  await session.query({ text: `SET LOCAL lock_timeout = ${Math.max(1, Math.round(lockTimeoutMs))}` });
  const { rows } = await session.query<{ [LOCKED]: boolean }>({
    text: `SELECT pg_try_advisory_xact_lock($1) AS ${LOCKED}`,
    values: [PARTITIONS_LOCK],
  });
  if (!rows[0]!.locked) return 'busy';
  // In the order of all others. Who waits for the partition (an autovacuum works on it, say) waits with `readings` locked: not at all.
  await session.query({ text: 'LOCK TABLE ONLY readings IN ACCESS EXCLUSIVE MODE' });
  await session.query({ text: `LOCK TABLE ONLY ${name} IN ACCESS EXCLUSIVE MODE NOWAIT` });
  if (await isNeeded(session, partition)) return 'changed';
  await session.query({
    text: `INSERT INTO dropped_partitions (month, reason, bytes) VALUES ($1, $2, pg_total_relation_size($3::regclass))`,
    values: [formatMicros(partition.from), reason, name],
  });
  await session.query({ text: `DROP TABLE ${name}` });
  return 'dropped';
}

/** Whether something has come for it since it was looked into, or is about to. */
async function isNeeded(session: Queryable, { name, from, to }: Partition): Promise<boolean> {
  const { rows } = await session.query<{ needed: boolean }>({
    text: `
      SELECT EXISTS (SELECT FROM rollup_marks WHERE to_time >= $1 AND from_time < $2)
        OR (SELECT ${IS_FRESH} FROM pg_class WHERE oid = $3::regclass) AS needed`,
    values: [formatMicros(from), formatMicros(to), name],
  });
  return rows[0]!.needed;
}
