import type { DueSpan, Gone } from '../storage/expiry/delete-chunk.ts';
import type { ExpiryWork } from './work.ts';

/** How many rows one transaction deletes at the most. */
const CHUNK_ROWS = 5_000;
const SERIES_AT_A_TIME = 200;

type DeleteChunk = (due: readonly DueSpan[], limit: number) => Promise<readonly Gone[]>;

/**
 * Deletes what is due of each series, in short transactions with a rest after each.
 * @param onGone is told how many rows have gone with each of them
 * @returns whether all has gone
 * @throws what the database reports, or the reason of the signal
 */
export async function deleteInChunks(
  work: ExpiryWork,
  due: readonly DueSpan[],
  deleteChunk: DeleteChunk,
  onGone: (count: number) => void,
): Promise<boolean> {
  for (let at = 0; at < due.length; at += SERIES_AT_A_TIME) {
    let left = due.slice(at, at + SERIES_AT_A_TIME);
    for (let gone = CHUNK_ROWS; gone === CHUNK_ROWS; ) {
      if (work.isOverTime()) return false;
      const chunk = await timed(work, () => deleteChunk(left, CHUNK_ROWS));
      gone = chunk.reduce((sum, { count }) => sum + count, 0);
      onGone(gone);
      // From where the last one ended: what lies before has gone, but is still to be stepped over by who begins at the beginning.
      const reached = new Map(chunk.map(({ id, last }) => [id, last]));
      left = left.map((span) => ({ ...span, from: reached.get(span.id) ?? span.from }));
    }
  }
  return true;
}

/** Does one transaction, and rests. @throws what it throws, or the reason of the signal */
export async function timed<T>({ signal, rest }: ExpiryWork, transaction: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  const result = await transaction();
  await rest(performance.now() - startedAt);
  return result;
}
