import type { SeriesBounds } from '../storage/expiry/bounds.ts';
import { deleteReadings } from '../storage/expiry/delete-chunk.ts';
import type { DropOutcome } from '../storage/expiry/drop-partition.ts';
import { takeSnapshotFence } from '../storage/expiry/old-snapshots.ts';
import { listPartitions, type Partition, partitionLabel } from '../storage/expiry/partition-list.ts';
import { advanceRawFrom, findNewRawFrom } from '../storage/expiry/raw-from.ts';
import { type DueSeries, isWhollyDue } from '../storage/expiry/wholly-due.ts';
import { EARLIEST_WRITABLE } from '../telemetry/format-time.ts';
import { deleteInChunks } from './delete-in-chunks.ts';
import { dropWhenFree } from './drop-when-free.ts';
import type { ExpiryWork } from './work.ts';

/**
 * Lets readings go that are due: whole partitions where nothing in them is to stay, the others in chunks. First it is noted of each series that they
 * have expired; from then on answers come from roll-ups, and nobody misses them.
 * @returns whether all that was due has gone, or can't go now
 * @throws what the database reports, or the reason of the signal
 */
export async function expireReadings(work: ExpiryWork, bounds: readonly SeriesBounds[]): Promise<boolean> {
  const { session } = work;
  const due = await markExpired(work, bounds);
  const until = bounds.reduce((latest, { readingsBefore }) => Math.max(latest, readingsBefore), -Infinity);
  const partitions = (await listPartitions(session)).filter(({ from }) => from < until);
  const fence = partitions.length === 0 ? '' : await takeSnapshotFence(session);
  let isBusy = false;
  for (const partition of partitions) {
    work.signal.throwIfAborted();
    if (work.isOverTime()) return false;
    if (partition.to <= until && (await isWhollyDue(session, partition, due))) {
      // Whoever is at work on one is so on the others, as a rule: they would be waited for each time.
      const outcome: DropOutcome = isBusy
        ? 'busy'
        : await dropWhenFree(work, fence, { partition, reason: 'expired' });
      isBusy = outcome === 'busy';
      tell(work, partition, outcome);
    } else if (!(await deleteDue(work, partition, due))) return false;
  }
  return true;
}

/** @returns until when readings of each series may go now */
async function markExpired(work: ExpiryWork, bounds: readonly SeriesBounds[]): Promise<readonly DueSeries[]> {
  const { session, days } = work;
  const advanced = await advanceRawFrom(session, await findNewRawFrom(session, bounds, days));
  const times = new Map(advanced.map(({ id, time }) => [id, time]));
  return bounds.map(({ id, rawFrom, readingsBefore }) => ({
    id,
    before: Math.min(readingsBefore, times.get(id) ?? rawFrom),
  }));
}

function deleteDue(
  work: ExpiryWork,
  { name, from, to }: Partition,
  due: readonly DueSeries[],
): Promise<boolean> {
  const spans = due
    .filter(({ before }) => before > from)
    .map(({ id, before }) => ({ id, from: Math.max(from, EARLIEST_WRITABLE), to: Math.min(before, to) }));
  return deleteInChunks(
    work,
    spans,
    (some, limit) => deleteReadings(work.session, name, some, limit),
    (count) => (work.done.readings_expired += count),
  );
}

function tell({ log, done, waiting }: ExpiryWork, partition: Partition, outcome: DropOutcome): void {
  const month = partitionLabel(partition);
  if (outcome === 'dropped') {
    done.partitions_dropped += 1;
    log.info({ month, bytes: partition.bytes }, 'all readings of a month have expired, and it was dropped');
  } else waiting.push(month);
}
