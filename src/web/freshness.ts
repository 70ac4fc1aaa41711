export type Freshness = 'fresh' | 'late' | 'stale';

/** A reading older than this is late, in milliseconds. */
export const LATE_AFTER_MS = 15 * 60_000;
/** A reading older than this does not say how it is now, in milliseconds. */
export const STALE_AFTER_MS = 60 * 60_000;

export function freshness(ageMs: number): Freshness {
  if (ageMs > STALE_AFTER_MS) return 'stale';
  return ageMs > LATE_AFTER_MS ? 'late' : 'fresh';
}
