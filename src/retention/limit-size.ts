import { readDatabaseSize } from '../storage/database-facts.ts';
import { takeSnapshotFence } from '../storage/expiry/old-snapshots.ts';
import { listPartitions, type Partition, partitionLabel } from '../storage/expiry/partition-list.ts';
import { advanceRawFrom, findNewRawFrom, readSeriesRawFrom } from '../storage/expiry/raw-from.ts';
import { chooseForSize, sizeCandidates } from '../storage/expiry/size-candidates.ts';
import { isWhollyDue } from '../storage/expiry/wholly-due.ts';
import { readRollupState } from '../storage/rollups/state.ts';
import type { Micros } from '../telemetry/reading.ts';
import { dropWhenFree } from './drop-when-free.ts';
import type { ExpiryWork } from './work.ts';

/**
 * `within`: it takes no more than it may. `later`: what should go is not rolled up yet, or somebody looks into it. `stuck`: nothing is
 * left that may go. `out-of-reach`: even without all that may go it would take more, and nothing has gone.
 */
export type SizeOutcome = 'within' | 'later' | 'stuck' | 'out-of-reach';

/** A day that begins in one month may end two days into the next one, wherever it is. */
const ROLLED_UP_BEHIND: Micros = 3 * 86_400_000_000;

/**
 * While the database takes more on disk than it may, drops the oldest partition of readings, whatever else says that they stay; roll-ups
 * stay, and so do this month and the one before.
 * @throws what the database reports, or the reason of the signal
 */
export async function limitSize(work: ExpiryWork, maxBytes: number): Promise<SizeOutcome> {
  const { session, signal, now, log, done } = work;
  for (;;) {
    signal.throwIfAborted();
    const bytes = await readDatabaseSize(session);
    if (bytes <= maxBytes) return 'within';
    const candidates = sizeCandidates(await listPartitions(session), now);
    if (candidates.length === 0) return 'stuck';
    const [oldest] = chooseForSize(candidates, { bytes, maxBytes });
    if (oldest === undefined) return 'out-of-reach';
    if (!(await letGo(work, oldest))) return later(work, oldest);
    const outcome = await dropWhenFree(work, await takeSnapshotFence(session), {
      partition: oldest,
      reason: 'size',
    });
    if (outcome !== 'dropped') return later(work, oldest);
    done.partitions_dropped += 1;
    log.warn(
      {
        month: partitionLabel(oldest),
        bytes: oldest.bytes,
        databaseBytes: bytes,
        maxDatabaseBytes: maxBytes,
      },
      'the database is larger than MAX_DATABASE_SIZE: the oldest month of readings was dropped; its roll-ups stay',
    );
  }
}

function later({ waiting }: ExpiryWork, partition: Partition): SizeOutcome {
  waiting.push(partitionLabel(partition));
  return 'later';
}

/** Notes of all series that what the partition has of them has expired. @returns whether that is so of all */
async function letGo({ session, days }: ExpiryWork, partition: Partition): Promise<boolean> {
  const { rolledUntil } = await readRollupState(session);
  if (rolledUntil < partition.to + ROLLED_UP_BEHIND) return false;
  const series = await readSeriesRawFrom(session);
  const bounds = series.map(({ id, time }) => ({ id, rawFrom: time, readingsBefore: partition.to }));
  await advanceRawFrom(session, await findNewRawFrom(session, bounds, days));
  const due = await readSeriesRawFrom(session);
  return isWhollyDue(
    session,
    partition,
    due.map(({ id, time }) => ({ id, before: time })),
  );
}
