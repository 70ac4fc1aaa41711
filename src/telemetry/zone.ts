import { formatMicros } from './format-time.ts';
import { createLocalOffset } from './local-offset.ts';
import type { Micros } from './reading.ts';
import { parseTime } from './time.ts';

/** How far a time zone is ahead of UTC, in milliseconds. */
export interface Zone {
  readonly isUtc: boolean;
  /** @param at in milliseconds since the epoch */
  offsetMs(at: number): number;
}

export const UTC: Zone = { isUtc: true, offsetMs: () => 0 };

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DATE_ONLY = /^\d{4}-\d\d-\d\d$/;
const PLUS_LOST = /^(\d{4}-\d\d-\d\d[T ]\d\d:\S+) +(\d\d(?::?\d\d)?)$/;

/** @param name an IANA name. `undefined`: there is none of that name */
export function namedZone(name: string): Zone | undefined {
  let offsetOf: (timeMs: number) => number;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions();
    if (timeZone === 'UTC') return UTC;
    offsetOf = createLocalOffset(timeZone);
  } catch {
    return undefined;
  }
  // Clocks are set at quarter hours everywhere, and to ask for each of thousands of times takes most of a second.
  const known = new Map<number, number>();
  const offsetMs = (at: number): number => {
    const quarter = Math.floor(at / QUARTER_MS);
    let offset = known.get(quarter);
    if (offset === undefined) known.set(quarter, (offset = offsetOf(quarter * QUARTER_MS)));
    return offset;
  };
  return { isUtc: false, offsetMs };
}

/** A fixed number of hours ahead of UTC. */
export function offsetZone(hours: number): Zone {
  return hours === 0 ? UTC : { isUtc: false, offsetMs: () => hours * HOUR_MS };
}

/** A time as boards and people write it: with a zone, or in `zone`; `undefined` if it is none. */
export function parseTimestamp(given: string, zone: Zone): Micros | undefined {
  // In a form `+` means a space, and boards do not write it as %2B.
  const text = given.trim().replace(PLUS_LOST, '$1+$2').replace(/ UTC$/, 'Z');
  const time = parseTime(text);
  if (typeof time === 'number') return time;
  const local = parseTime(DATE_ONLY.test(text) ? `${text}T00:00:00Z` : `${text}Z`);
  if (typeof local !== 'number') return undefined;
  const localMs = Math.floor(local / 1000);
  // Where clocks are set forward or back, the offset before is not that after: the second guess is right but in that hour.
  const guess = localMs - zone.offsetMs(localMs);
  return local - zone.offsetMs(guess) * 1000;
}

/** `2018-01-26T16:00:10Z`, or `2018-01-26T11:00:10-05:00`. */
export function formatTimestamp(time: Micros, zone: Zone): string {
  if (zone.isUtc) return `${wholeSeconds(time)}Z`;
  const offsetMs = zone.offsetMs(Math.floor(time / 1000));
  const minutes = Math.abs(Math.round(offsetMs / MINUTE_MS));
  const sign = offsetMs < 0 ? '-' : '+';
  return `${wholeSeconds(time + offsetMs * 1000)}${sign}${pair(Math.floor(minutes / 60))}:${pair(minutes % 60)}`;
}

function pair(number: number): string {
  return String(number).padStart(2, '0');
}

function wholeSeconds(time: Micros): string {
  return formatMicros(time).slice(0, 'YYYY-MM-DDTHH:MM:SS'.length);
}
