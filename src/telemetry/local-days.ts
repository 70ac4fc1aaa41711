import { createLocalOffset } from './local-offset.ts';
import type { Micros } from './reading.ts';

/** A day of a time zone: from midnight to midnight, 23 or 25 hours long where clocks are changed. */
export interface LocalDay {
  readonly start: Micros;
  /** When the next one starts. */
  readonly end: Micros;
  /** Its date, as days of the calendar since 1970-01-01. */
  readonly index: number;
}

export interface LocalDays {
  /** The day that a time lies in. */
  at(time: Micros): LocalDay;
  /** When a date begins, or the next one where the zone has left it out. */
  startOf(index: number): Micros;
  /** Those that end after `from`, and not after `to`, in their order. */
  endingBetween(from: Micros, to: Micros): readonly LocalDay[];
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MOST_KNOWN = 1_000;
/** Ten years, of which a history may have a bucket a day. */
const MOST_KNOWN_STARTS = 4_000;
/** Midnight anywhere is between these, seen from midnight of UTC: zones go from UTC-12 to UTC+14. */
const WINDOW_MS = { before: 15 * HOUR_MS, after: 13 * HOUR_MS } as const;

/**
 * The days as Node knows the zone, which is what pages show; the database may know it by another name, or not at all.
 * @param timeZone an IANA name
 */
export function createLocalDays(timeZone: string): LocalDays {
  const offsetAt = createLocalOffset(timeZone);
  const indexAt = (timeMs: number): number => Math.floor((timeMs + offsetAt(timeMs)) / DAY_MS);

  // To ask for a local time takes microseconds, and whoever looks at many readings asks for the same days again and again.
  const knownStarts = new Map<number, number>();

  /** When the date begins, in milliseconds; `index` counts days of the calendar from 1970-01-01. */
  function startOf(index: number): number {
    let start = knownStarts.get(index);
    if (start === undefined) {
      start = findStart(index);
      if (knownStarts.size === MOST_KNOWN_STARTS) knownStarts.clear();
      knownStarts.set(index, start);
    }
    return start;
  }

  function findStart(index: number): number {
    const midnight = index * DAY_MS;
    const before = offsetAt(midnight - WINDOW_MS.before);
    const after = offsetAt(midnight + WINDOW_MS.after);
    if (before === after) return midnight - before;
    const changedAt = firstWith(
      (timeMs) => offsetAt(timeMs) !== before,
      midnight - WINDOW_MS.before,
      midnight + WINDOW_MS.after,
    );
    // Clocks that are set back may show midnight twice: the day begins with the first. Those that are set forward may leave it out.
    return midnight - before < changedAt ? midnight - before : Math.max(changedAt, midnight - after);
  }

  function dayFrom(startMs: number): LocalDay {
    const index = indexAt(startMs);
    // Where a zone has changed sides of the date line, a date is missing.
    for (let next = index + 1; ; next += 1) {
      const endMs = startOf(next);
      if (endMs > startMs) return { start: startMs * 1000, end: endMs * 1000, index };
    }
  }

  const known = new Map<number, readonly LocalDay[]>();

  /** The days that a day of UTC is part of. */
  function daysOf(dayOfUtc: number): readonly LocalDay[] {
    const from = dayOfUtc * DAY_MS;
    const days = [dayFrom(startOf(indexAt(from)))];
    while (days.at(-1)!.end < (from + DAY_MS) * 1000) days.push(dayFrom(days.at(-1)!.end / 1000));
    if (known.size === MOST_KNOWN) known.clear();
    known.set(dayOfUtc, days);
    return days;
  }

  function at(time: Micros): LocalDay {
    const dayOfUtc = Math.floor(time / 1000 / DAY_MS);
    const days = known.get(dayOfUtc) ?? daysOf(dayOfUtc);
    // Where clocks were set back across midnight they showed the date of yesterday again; it was the new day already.
    return days.find(({ end }) => time < end)!;
  }

  return {
    at,
    startOf: (index) => startOf(index) * 1000,
    endingBetween(from, to) {
      const days: LocalDay[] = [];
      for (let day = at(from); day.end <= to; day = at(day.end)) days.push(day);
      return days;
    },
  };
}

/** The least whole number above `low` for which `holds`, which does at `high` and from there downwards to one place. */
function firstWith(holds: (value: number) => boolean, low: number, high: number): number {
  let without = low;
  let first = high;
  while (first - without > 1) {
    const middle = Math.floor((without + first) / 2);
    if (holds(middle)) first = middle;
    else without = middle;
  }
  return first;
}
