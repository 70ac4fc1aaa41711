import type { Micros } from './reading.ts';

/*
 * What a page tells of the last day of a series, kept in memory so that no page asks the database for it: by quarter of an
 * hour the first, the lowest and the highest reading. All that is kept can be taken in twice without harm, and in any order.
 */

export const QUARTER: Micros = 15 * 60 * 1_000_000;
/** The longest day has 25 hours; every zone's begins with a quarter. */
const HORIZON: Micros = 26 * 3600 * 1_000_000;
const MOST_GAPS = 9;

/** A value, and when it was measured. */
export interface TimedValue {
  readonly value: number;
  readonly measuredAt: Micros;
}

/** Readings of a quarter of an hour. */
export interface Quarter {
  readonly first: TimedValue;
  readonly low: TimedValue;
  readonly high: TimedValue;
}

export interface SeriesDay {
  /**
   * One number after the other, seven a quarter: an object each would take four times the memory.
   * @see START
   */
  readonly numbers: number[];
  /** The newest reading's time; 0 if there is none. */
  newest: Micros;
  /** The last few times between a reading and the next one. */
  readonly gaps: number[];
  /** Their median, once somebody has asked for it. */
  median: number | undefined;
  /** Counted up with each change to {@link numbers}. */
  version: number;
}

const WIDTH = 7;
/** Where in its seven numbers a quarter has its start, and each of its readings its time, behind which is the value. */
const START = 0;
const FIRST = 1;
const LOW = 3;
const HIGH = 5;

export function createSeriesDay(): SeriesDay {
  return { numbers: [], newest: 0, gaps: [], median: undefined, version: 0 };
}

/** Takes in a reading that was stored, also one of the past. */
export function noteReading(day: SeriesDay, measuredAt: Micros, value: number): void {
  if (measuredAt > day.newest) {
    if (day.newest > 0) noteGap(day, measuredAt - day.newest);
    day.newest = measuredAt;
  }
  take(day, measuredAt, value);
}

/** Takes in what the database holds of a quarter. */
export function noteQuarter(day: SeriesDay, { first, low, high }: Quarter): void {
  for (const { value, measuredAt } of [first, low, high]) {
    day.newest = Math.max(day.newest, measuredAt);
    take(day, measuredAt, value);
  }
}

/** Takes in the times of the last readings, newest first, if it has not seen some come itself. */
export function noteTimes(day: SeriesDay, times: readonly Micros[]): void {
  if (day.gaps.length > 0) return;
  for (let i = Math.min(times.length, MOST_GAPS + 1) - 1; i > 0; i -= 1) {
    noteGap(day, (times[i - 1] ?? 0) - (times[i] ?? 0));
  }
}

function noteGap(day: SeriesDay, gap: number): void {
  const { gaps } = day;
  if (gap <= 0) return;
  day.median = undefined;
  gaps.push(gap);
  if (gaps.length > MOST_GAPS) gaps.shift();
}

function take(day: SeriesDay, measuredAt: Micros, value: number): void {
  const { numbers } = day;
  const start = Math.floor(measuredAt / QUARTER) * QUARTER;
  // A backlog of weeks is not looked for a place in the day.
  if (start < day.newest - HORIZON) return;
  // Nearly always it is the last one.
  let at = numbers.length - WIDTH;
  while (at >= 0 && numbers[at]! > start) at -= WIDTH;
  if (at >= 0 && numbers[at] === start) return improve(day, at, measuredAt, value);
  day.version += 1;
  numbers.splice(at + WIDTH, 0, start, measuredAt, value, measuredAt, value, measuredAt, value);
  let old = 0;
  while (numbers[old]! < day.newest - HORIZON) old += WIDTH;
  if (old > 0) numbers.splice(0, old);
}

/** Of equal values the earlier one counts. */
function improve(day: SeriesDay, at: number, measuredAt: Micros, value: number): void {
  const { numbers } = day;
  if (measuredAt < numbers[at + FIRST]!) put(day, at + FIRST, measuredAt, value);
  const low = numbers[at + LOW + 1]!;
  if (value < low || (value === low && measuredAt < numbers[at + LOW]!))
    put(day, at + LOW, measuredAt, value);
  const high = numbers[at + HIGH + 1]!;
  if (value > high || (value === high && measuredAt < numbers[at + HIGH]!)) {
    put(day, at + HIGH, measuredAt, value);
  }
}

function put(day: SeriesDay, at: number, measuredAt: Micros, value: number): void {
  const { numbers } = day;
  day.version += 1;
  numbers[at] = measuredAt;
  numbers[at + 1] = value;
}

/** The lowest and the highest reading of a time that begins and ends with a quarter; `to` is exclusive. */
export function lowAndHigh(
  { numbers }: SeriesDay,
  from: Micros,
  to: Micros,
): { readonly low: TimedValue; readonly high: TimedValue } | undefined {
  let low = -1;
  let high = -1;
  for (let at = 0; at < numbers.length; at += WIDTH) {
    const start = numbers[at + START]!;
    if (start < from || start >= to) continue;
    if (low === -1 || numbers[at + LOW + 1]! < numbers[low + 1]!) low = at + LOW;
    if (high === -1 || numbers[at + HIGH + 1]! > numbers[high + 1]!) high = at + HIGH;
  }
  return low === -1 ? undefined : { low: timedValue(numbers, low), high: timedValue(numbers, high) };
}

/** The first reading of the earliest quarter that has none from before `from`. */
export function oldestSince({ numbers }: SeriesDay, from: Micros): TimedValue | undefined {
  for (let at = 0; at < numbers.length; at += WIDTH) {
    if (numbers[at + FIRST]! >= from) return timedValue(numbers, at + FIRST);
  }
  return undefined;
}

/** Calls back with the start of each quarter that has readings from `from` on, and the middle between its lowest and highest. */
export function forEachQuarter(
  { numbers }: SeriesDay,
  from: Micros,
  visit: (start: Micros, middle: number) => void,
): void {
  for (let at = 0; at < numbers.length; at += WIDTH) {
    const start = numbers[at + START]!;
    if (start >= from) visit(start, (numbers[at + LOW + 1]! + numbers[at + HIGH + 1]!) / 2);
  }
}

/** How long it mostly takes from a reading to the next, in microseconds; `undefined` until there are two. */
export function medianGap(day: SeriesDay): number | undefined {
  day.median ??= day.gaps.toSorted((a, b) => a - b)[day.gaps.length >> 1];
  return day.median;
}

function timedValue(numbers: readonly number[], at: number): TimedValue {
  return { measuredAt: numbers[at]!, value: numbers[at + 1]! };
}
