import type { LocalDays } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import {
  forEachQuarter,
  lowAndHigh,
  medianGap,
  QUARTER,
  type SeriesDay,
  type TimedValue,
} from '../../telemetry/series-day.ts';

/** The last 24 hours of a series, as a pen draws them on a strip of paper: parts of an SVG. */
export interface Strip {
  /** A path in {@link WIDTH} by {@link HEIGHT}. */
  readonly trace: string;
  /** Paths of the hours that are printed on the paper: midnight, and 6, 12 and 18 o'clock. */
  readonly midnights: string;
  readonly hours: string;
  /** What is drawn at the top and at the bottom, in the unit of the series. */
  readonly top: number;
  readonly bottom: number;
  /** Lowest and highest reading. */
  readonly low: TimedValue;
  readonly high: TimedValue;
}

const WIDTH = 96;
const HEIGHT = 400;
/** Free above the highest and below the lowest value. */
const MARGIN = 0.08;
/** A pen that was lifted for longer than so many intervals, and longer than two quarters, has left a gap. */
const GAP_AFTER_INTERVALS = 2.5;

export interface StripOptions {
  readonly now: Micros;
  readonly days: LocalDays;
  /** What is at least between top and bottom, so that noise does not look like weather. */
  readonly leastSpan: number;
}

/** @returns `undefined` where there is nothing to draw */
export function drawStrip(day: SeriesDay, { now, days, leastSpan }: StripOptions): Strip | undefined {
  const to = Math.floor(now / QUARTER) * QUARTER + QUARTER;
  const from = to - WIDTH * QUARTER;
  const extremes = lowAndHigh(day, from, to);
  if (extremes === undefined) return undefined;
  const { low, high } = extremes;
  const span = Math.max(high.value - low.value, leastSpan) || 1;
  const middle = (high.value + low.value) / 2;
  const top = middle + span * (0.5 + MARGIN);
  const bottom = middle - span * (0.5 + MARGIN);
  const y = (value: number): number => Math.round(((top - value) / (top - bottom)) * HEIGHT);
  return {
    trace: traceOf(day, from, to, y),
    ...hourLines(from, to, days),
    top,
    bottom,
    low,
    high,
  };
}

function traceOf(day: SeriesDay, from: Micros, to: Micros, y: (value: number) => number): string {
  const longest = Math.max((medianGap(day) ?? 0) * GAP_AFTER_INTERVALS, 2 * QUARTER);
  const path: string[] = [];
  let last: { readonly start: Micros; readonly y: number } | undefined;
  forEachQuarter(day, from, (start, middle) => {
    if (start >= to) return;
    const here = { start, y: y(middle) };
    const isGap = last === undefined || start - last.start > longest;
    // A line of no length is drawn as a dot: also a lone reading is seen.
    if (isGap) path.push(`M${(start - from) / QUARTER} ${here.y}h0`);
    else if (last !== undefined) path.push(`l${(start - last.start) / QUARTER} ${here.y - last.y}`);
    last = here;
  });
  return path.join('');
}

const SIX_HOURS: Micros = 6 * 3600 * 1_000_000;
/** As the arm of the pen swings. */
const ARC = 'q-1.2 200 0 400';

function hourLines(from: Micros, to: Micros, days: LocalDays): Pick<Strip, 'midnights' | 'hours'> {
  const midnights: string[] = [];
  const hours: string[] = [];
  for (let day = days.at(from); day.start < to; day = days.at(day.end)) {
    for (let time = day.start; time < day.end; time += SIX_HOURS) {
      if (time < from || time >= to) continue;
      const line = `M${(time - from) / QUARTER - 0.5} 0${ARC}`;
      (time === day.start ? midnights : hours).push(line);
    }
  }
  return { midnights: midnights.join(''), hours: hours.join('') };
}
