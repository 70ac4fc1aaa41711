import type { Micros } from './reading.ts';

/**
 * ISO 8601 in UTC, as exact as the time itself: three fraction digits, or six where there are microseconds.
 * For times that a `Date` can hold.
 */
export function formatMicros(time: Micros): string {
  const milliseconds = Math.floor(time / 1000);
  const text = new Date(milliseconds).toISOString();
  const rest = time - milliseconds * 1000;
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
