import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { withMaintenanceLock } from '../storage/maintenance-lock.ts';
import { prepareSession } from '../storage/rollups/work.ts';
import type { Context } from './command.ts';

const LOCK_POLL_MS = 200;
/** For how long others are left alone after each transaction, as a share of what that took. */
const REST_SHARE = 0.5;

/**
 * Looks after stored readings, as only one may at a time: waits for a worker that is in the middle of a run.
 * @throws what `work` throws, what the database reports, or the reason of the signal
 */
export async function inMaintenance<T extends object>(
  { signal, tell }: Pick<Context, 'signal' | 'tell'>,
  pool: Pool,
  work: (session: PoolClient) => Promise<T>,
): Promise<T> {
  for (let isTold = false; ; isTold = true) {
    const result = await withMaintenanceLock(pool, async (session) => {
      await prepareSession(session);
      return work(session);
    });
    if (result !== undefined) return result;
    if (!isTold) tell('Waiting for the service, which is at work on roll-ups itself.');
    await pause(LOCK_POLL_MS, undefined, { signal });
  }
}

/** Leaves the database to a service for a while after a transaction that took so long. */
export function rest(tookMs: number): Promise<void> {
  return pause(tookMs * REST_SHARE);
}
