import type { Micros } from '../../telemetry/reading.ts';
import type { Partition } from './partition-list.ts';

/**
 * The partitions that a database that is too large may lose, in the order in which it would: all that ended before the month before this
 * one began (UTC).
 */
export function sizeCandidates(partitions: readonly Partition[], now: Micros): readonly Partition[] {
  const date = new Date(now / 1000);
  const monthBefore = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1) * 1000;
  return partitions.filter(({ from, to, isFresh }) => Number.isFinite(from) && to <= monthBefore && !isFresh);
}

/**
 * Those of the candidates that have to go, so that the database takes no more than it may. Where all of them would not be enough, none: what is
 * too much is something else, or the size is a mistake, and years of readings would go for nothing. But a single one does, for what
 * has been held to as far as it can be is to be held to as months go by.
 */
export function chooseForSize(
  candidates: readonly Partition[],
  { bytes, maxBytes }: { readonly bytes: number; readonly maxBytes: number },
): readonly Partition[] {
  const all = candidates.reduce((sum, candidate) => sum + candidate.bytes, 0);
  if (candidates.length > 1 && bytes - all > maxBytes) return [];
  let left = bytes;
  const chosen = [];
  for (const candidate of candidates) {
    if (left <= maxBytes) break;
    left -= candidate.bytes;
    chosen.push(candidate);
  }
  return chosen;
}
