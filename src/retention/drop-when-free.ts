import { setTimeout as pause } from 'node:timers/promises';
import { type DropOptions, type DropOutcome, dropPartition } from '../storage/expiry/drop-partition.ts';
import { areOldSnapshotsGone, type SnapshotFence } from '../storage/expiry/old-snapshots.ts';
import type { ExpiryWork } from './work.ts';

/**
 * How long others may wait behind one attempt, in milliseconds. Where readings come now and then, the first is enough; under full load one of the
 * last finds the gap between two batches.
 */
const ATTEMPTS_MS = [1, 1, 2, 5, 10, 20, 50] as const;
const PAUSE_MS = 100;
/** How long those are waited for who may still look for the readings, in attempts. */
const SNAPSHOT_ATTEMPTS = 20;

/**
 * Drops a partition as soon as nobody looks into it, if that is soon.
 * @param fence taken when it was known to all who ask that its readings have expired
 * @throws what the database reports, or the reason of the signal
 */
export async function dropWhenFree(
  work: ExpiryWork,
  fence: SnapshotFence,
  what: Pick<DropOptions, 'partition' | 'reason'>,
): Promise<DropOutcome> {
  const { session, signal } = work;
  for (let attempt = 1; !(await areOldSnapshotsGone(session, fence)); attempt += 1) {
    if (attempt === SNAPSHOT_ATTEMPTS) return 'busy';
    await pause(PAUSE_MS, undefined, { signal });
  }
  for (const lockTimeoutMs of ATTEMPTS_MS) {
    signal.throwIfAborted();
    const outcome = await dropPartition(session, { ...what, lockTimeoutMs });
    if (outcome !== 'busy') return outcome;
    await pause(PAUSE_MS, undefined, { signal });
  }
  return 'busy';
}
