import type { Queryable } from './queryable.ts';
import { deleteChunk, seriesChunks } from './series-chunk.ts';

/** How many readings one transaction deletes: some ten milliseconds' worth. */
const CHUNK_ROWS = 5_000;

export interface ClearOptions {
  /** Told how many readings have gone with each transaction. */
  readonly onGone: (readings: number) => void;
  /** Called after each transaction with what it took, for those who store meanwhile. */
  readonly rest: (tookMs: number) => Promise<void>;
  readonly signal: AbortSignal;
}

const MARKS = 'DELETE FROM rollup_marks WHERE series_id = $1';
const HOURS = 'DELETE FROM rollups_hour WHERE series_id = $1';
const DAYS = 'DELETE FROM rollups_day WHERE series_id = $1';
const EMPTY = 'UPDATE removed_series SET is_empty = true WHERE series_id = $1';

/**
 * Deletes all that is left of a series that was removed, in short transactions, under the maintenance lock: nobody makes roll-ups of what
 * is left meanwhile. When it is ended half-way, it is done from there by whoever calls it again.
 * @throws what the database reports, or the reason of `signal`
 */
export async function clearSeries(
  session: Queryable,
  seriesId: number,
  { onGone, rest, signal }: ClearOptions,
): Promise<void> {
  const step = async (work: () => Promise<number>): Promise<number> => {
    signal.throwIfAborted();
    const startedAt = performance.now();
    const count = await work();
    await rest(performance.now() - startedAt);
    return count;
  };
  const remove = async (text: string): Promise<number> =>
    (await session.query({ text, values: [seriesId] })).rowCount ?? 0;
  for await (const chunk of seriesChunks(session, seriesId, CHUNK_ROWS)) {
    onGone(await step(() => deleteChunk(session, chunk)));
  }
  // Deleting readings has made marks, which would have roll-ups made anew.
  for (const text of [MARKS, HOURS, DAYS, EMPTY]) await step(() => remove(text));
}
