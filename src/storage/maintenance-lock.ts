import type { Pool, PoolClient } from 'pg';

// Any number will do that no other lock in the database has.
const LOCK_KEY = 7_411_937;
/** Of backups, which may take hours, and keep nobody from that. */
const BACKUP_LOCK_KEY = 7_411_938;

/**
 * Does something that only one may do at a time among all nodes and commands: look after stored readings. The lock belongs to the session that
 * does the work, so that neither outlives the other; the session is ended after an error, which rolls back.
 * @returns `undefined` when another has the lock
 * @throws what `work` throws, or what the database reports
 */
export async function withMaintenanceLock<T extends object>(
  pool: Pick<Pool, 'connect'>,
  work: (session: PoolClient) => Promise<T>,
  key = LOCK_KEY,
): Promise<T | undefined> {
  const session = await pool.connect();
  try {
    const { rows } = await session.query<{ isTaken: boolean }>(
      'SELECT pg_try_advisory_lock($1) AS "isTaken"',
      [key],
    );
    const isTaken = rows[0]!.isTaken;
    const result = isTaken ? await work(session) : undefined;
    if (isTaken) await session.query('SELECT pg_advisory_unlock($1)', [key]);
    session.release();
    return result;
  } catch (error) {
    session.release(true);
    throw error;
  }
}

/**
 * The same for scheduled backups.
 * @returns false when another has the lock
 * @throws what `work` throws, or what the database reports
 */
export async function withBackupLock(
  pool: Pick<Pool, 'connect'>,
  work: () => Promise<void>,
): Promise<boolean> {
  const done = async (): Promise<object> => {
    await work();
    return {};
  };
  return (await withMaintenanceLock(pool, done, BACKUP_LOCK_KEY)) !== undefined;
}
