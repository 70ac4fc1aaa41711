import type { Micros } from './reading.ts';

/** The first and the last time with a year of four digits, which is what PostgreSQL reads. */
export const EARLIEST_WRITABLE: Micros = Date.parse('0001-01-01T00:00:00Z') * 1000;
export const LATEST_WRITABLE: Micros = Date.parse('9999-12-31T00:00:00Z') * 1000;

/**
 * ISO 8601 in UTC, as exact as the time itself: three fraction digits, or six where there are microseconds.
 * For times from {@link EARLIEST_WRITABLE} to {@link LATEST_WRITABLE}.
 */
export function formatMicros(time: Micros): string {
  const milliseconds = Math.floor(time / 1000);
  const text = new Date(milliseconds).toISOString();
  const rest = time - milliseconds * 1000;
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
