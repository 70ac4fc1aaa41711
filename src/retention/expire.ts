import { deleteChannelEntries } from '../storage/channel-entries-delete.ts';
import { readEntriesBefore, readSeriesBounds } from '../storage/expiry/bounds.ts';
import type { Micros } from '../telemetry/reading.ts';
import { deleteRejected } from '../storage/expiry/delete-chunk.ts';
import { before, type Duration } from '../telemetry/duration.ts';
import type { Retention } from '../telemetry/retention-policy.ts';
import { timed } from './delete-in-chunks.ts';
import { expireReadings } from './expire-readings.ts';
import { expireRollups } from './expire-rollups.ts';
import type { ExpiryWork } from './work.ts';

/** How long what is stored stays, where no policy says otherwise. */
export interface RetentionTimes extends Retention {
  readonly rejected: Duration;
}

const CHUNK_ROWS = 5_000;

/**
 * Lets go what has been kept as long as it is to be. What ends it half-way costs nothing: the next time goes on from there.
 * @returns whether all that was due has gone; `false` when time was over
 * @throws what the database reports, or the reason of the signal
 */
export async function expire(work: ExpiryWork, times: RetentionTimes): Promise<boolean> {
  const { session, now, days, done } = work;
  const options = { now, settings: times, days };
  const readingsGone = await expireReadings(work, await readSeriesBounds(session, options));
  if (!readingsGone) return false;
  const rollupsGone = await expireRollups(work, await readSeriesBounds(session, options));
  if (!rollupsGone) return false;
  const entriesBefore = await readEntriesBefore(session, options);
  const entriesGone = await inChunks(work, entriesBefore, async (time) => {
    const count = await deleteChannelEntries(session, time, CHUNK_ROWS);
    done.channel_entries_expired += count;
    return count;
  });
  const rejectedBefore = before(now, times.rejected);
  const rejectedGone = await inChunks(work, rejectedBefore, async (time) => {
    const count = await deleteRejected(session, time, CHUNK_ROWS);
    done.rejected_messages_expired += count;
    return count;
  });
  return entriesGone && rejectedGone;
}

async function inChunks(
  work: ExpiryWork,
  until: Micros,
  deleteChunk: (until: Micros) => Promise<number>,
): Promise<boolean> {
  if (until === -Infinity) return true;
  for (let gone = CHUNK_ROWS; gone === CHUNK_ROWS; ) {
    if (work.isOverTime()) return false;
    gone = await timed(work, () => deleteChunk(until));
  }
  return true;
}
