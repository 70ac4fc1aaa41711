import type { SeriesBounds } from '../storage/expiry/bounds.ts';
import { deleteRollups } from '../storage/expiry/delete-chunk.ts';
import { EARLIEST_WRITABLE } from '../telemetry/format-time.ts';
import { deleteInChunks } from './delete-in-chunks.ts';
import type { ExpiryWork } from './work.ts';

const TABLES = ['rollups_hour', 'rollups_day'] as const;

/**
 * Lets roll-ups go that are due, but for those whose readings are still there.
 * @param bounds read after readings have expired
 * @returns whether all of them have gone
 * @throws what the database reports, or the reason of the signal
 */
export async function expireRollups(work: ExpiryWork, bounds: readonly SeriesBounds[]): Promise<boolean> {
  const due = bounds
    .map(({ id, rawFrom, rollupsBefore }) => ({
      id,
      from: EARLIEST_WRITABLE,
      to: Math.min(rollupsBefore, rawFrom),
    }))
    .filter(({ from, to }) => to > from);
  for (const table of TABLES) {
    const isAll = await deleteInChunks(
      work,
      due,
      (some, limit) => deleteRollups(work.session, table, some, limit),
      (count) => (work.done.rollups_expired += count),
    );
    if (!isAll) return false;
  }
  return true;
}
