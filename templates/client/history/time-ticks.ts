/*
 * Where the time axis has its marks: at hours, midnights and firsts of months of the owner's zone, whatever zone the browser is in.
 * Times are seconds since 1970.
 */

import { bucketStarts } from '../../../src/telemetry/bucket-starts.ts';
import type { CalendarUnit } from '../../../src/telemetry/bucket-width.ts';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import { createLocalOffset } from '../../../src/telemetry/local-offset.ts';

export interface TimeTicks {
  /** In order, from `from` to `to` inclusive. */
  readonly times: readonly number[];
  /** How far apart they are, mostly. */
  readonly stepSeconds: number;
}

/** @param most how many marks there is room for, at least one */
export type FindTicks = (from: number, to: number, most: number) => TimeTicks;

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1000;
const WITHIN_A_DAY = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];

interface CalendarStep {
  readonly stepSeconds: number;
  readonly unit: CalendarUnit;
  /** Every so many of them. */
  readonly every: number;
}

const LONGER: readonly CalendarStep[] = [
  { stepSeconds: DAY_S, unit: 'day', every: 1 },
  { stepSeconds: 2 * DAY_S, unit: 'day', every: 2 },
  { stepSeconds: 7 * DAY_S, unit: 'week', every: 1 },
  { stepSeconds: 14 * DAY_S, unit: 'week', every: 2 },
  { stepSeconds: 31 * DAY_S, unit: 'month', every: 1 },
  { stepSeconds: 92 * DAY_S, unit: 'quarter', every: 1 },
  ...[1, 2, 5, 10, 20, 50, 100, 500].map(
    (every): CalendarStep => ({
      stepSeconds: every * 366 * DAY_S,
      unit: 'year',
      every,
    }),
  ),
];

/** @param timeZone an IANA name */
export function createTimeTicks(timeZone: string): FindTicks {
  const offsetAt = createLocalOffset(timeZone);
  const days = createLocalDays(timeZone);

  /** The first millisecond after `from`, and not after `to`, at which clocks have been set; `undefined` if they are not. */
  function findChange(from: number, to: number): number | undefined {
    const before = offsetAt(from);
    let same = from;
    let other = Math.min(from + DAY_MS, to);
    while (offsetAt(other) === before) {
      if (other === to) return undefined;
      same = other;
      other = Math.min(other + DAY_MS, to);
    }
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (offsetAt(middle) === before) same = middle;
      else other = middle;
    }
    return other;
  }

  /** An hour that comes twice has its mark twice, and one that is left out has none. */
  function withinDays(fromMs: number, toMs: number, stepMs: number): number[] {
    const times: number[] = [];
    for (let start = fromMs; start <= toMs; ) {
      const end = findChange(start, toMs) ?? toMs + 1;
      const offset = offsetAt(start);
      const first = Math.ceil((start + offset) / stepMs) * stepMs - offset;
      for (let time = first; time < end; time += stepMs) times.push(time / 1000);
      start = end;
    }
    return times;
  }

  function ofCalendar(from: number, to: number, { unit, every }: CalendarStep): number[] {
    return bucketStarts({ from: from * 1e6, to: to * 1e6 + 1 }, unit, days)
      .filter((start) => start >= from * 1e6 && isKept(days.at(start).index, unit, every))
      .map((start) => start / 1e6);
  }

  return (from, to, most) => {
    const least = (to - from) / most;
    const seconds = WITHIN_A_DAY.find((step) => step >= least);
    if (seconds !== undefined) {
      const times = withinDays(Math.ceil(from * 1000), Math.floor(to * 1000), seconds * 1000);
      return { times, stepSeconds: seconds };
    }
    const step = LONGER.find(({ stepSeconds }) => stepSeconds >= least) ?? LONGER.at(-1)!;
    return { times: ofCalendar(from, to, step), stepSeconds: step.stepSeconds };
  };
}

/** @param index the date, as days since 1970 */
function isKept(index: number, unit: CalendarUnit, every: number): boolean {
  if (every === 1) return true;
  const date = new Date(index * DAY_MS);
  if (unit === 'year') return date.getUTCFullYear() % every === 0;
  if (unit === 'week') return Math.floor(index / 7) % every === 0;
  // From the first of each month, and no two marks side by side where a month has 31 days.
  return date.getUTCDate() % every === 1 && date.getUTCDate() < 31;
}
