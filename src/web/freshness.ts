/**
 * How old a value is, measured by how often its series has one: `late` when one must have been missed, `stale` when it no longer
 * says how it is now, `gone` when it is not shown as the present any more.
 */
export type Freshness = 'fresh' | 'late' | 'stale' | 'gone';

/** Assumed until a series has been seen twice. */
const USUAL_INTERVAL_MS = 6 * 60_000;
const LATE_AFTER_INTERVALS = 2.5;
/** Whatever a station's interval: less is the noise of a network. */
const LATE_AT_LEAST_MS = 30_000;
const STALE_AFTER_INTERVALS = 5;
const STALE_AT_LEAST_MS = 15 * 60_000;
const GONE_AT_LEAST_MS = 60 * 60_000;

/** @param intervalMs how long it mostly takes from a reading to the next */
export function freshness(ageMs: number, intervalMs = USUAL_INTERVAL_MS): Freshness {
  if (ageMs > Math.max(STALE_AFTER_INTERVALS * intervalMs, GONE_AT_LEAST_MS)) return 'gone';
  if (ageMs > Math.max(STALE_AFTER_INTERVALS * intervalMs, STALE_AT_LEAST_MS)) return 'stale';
  return ageMs > Math.max(LATE_AFTER_INTERVALS * intervalMs, LATE_AT_LEAST_MS) ? 'late' : 'fresh';
}

/** For stations as a whole, on the status page, in milliseconds. */
export const LATE_AFTER_MS = 15 * 60_000;
export const STALE_AFTER_MS = 60 * 60_000;
