import { classifyFailure, reasonOf } from '../storage/failure.ts';
import type { IsolateOptions } from '../storage/isolate.ts';
import { type Month, monthOf, type Partitions } from '../storage/partitions.ts';
import type { Row } from './rows.ts';
import { reject } from './submission.ts';

/**
 * Makes the partitions that rows need. A month whose partition can never be (something of the owner's has its name, say)
 * takes only its own rows with it: they are rejected.
 * @returns the rows that have a partition
 * @throws when it may be possible later, or the month is the present one: then all wait until the owner has mended it
 */
export async function makePartitions(
  rows: readonly Row[],
  months: readonly Month[],
  partitions: Partitions,
  { isolatesUnknown = false }: IsolateOptions,
): Promise<readonly Row[]> {
  const impossible = new Map<Month, string>();
  for (const month of months) {
    try {
      await partitions.create([month]);
    } catch (error) {
      const failure = classifyFailure(error);
      const isPassing = failure === 'temporary' || (failure === 'unknown' && !isolatesUnknown);
      if (isPassing || isPresent(month, Date.now())) throw error;
      impossible.set(month, reasonOf(error));
    }
  }
  return impossible.size === 0 ? rows : rows.filter((row) => hasPartition(row, impossible));
}

function hasPartition(
  { submission, series, measuredAt }: Row,
  impossible: ReadonlyMap<Month, string>,
): boolean {
  const month = monthOf(measuredAt);
  const reason = impossible.get(month);
  if (reason === undefined) return true;
  const detail = `${series.metric}: there is no partition for ${month}: ${reason}`;
  reject(submission, { reason: 'refused-by-database', detail });
  return false;
}

/** Whether readings of now, or of a station that was offline for some weeks, belong there. */
function isPresent(month: Month, now: number): boolean {
  const monthMs = 31 * 24 * 3_600_000;
  const hourMs = 3_600_000;
  return [now - monthMs, now, now + hourMs].some((time) => monthOf(time * 1000) === month);
}
