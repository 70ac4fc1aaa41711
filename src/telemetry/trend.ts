import { type Direction, directionOf } from './direction.ts';
import type { Micros } from './reading.ts';
import { oldestSince, type SeriesDay } from './series-day.ts';

export interface Trend {
  readonly direction: Direction;
  /** From the oldest reading that is compared with to the newest, in the unit of the series. */
  readonly change: number;
  /** Between these two. */
  readonly duration: Micros;
}

const HOUR: Micros = 3600 * 1_000_000;

/**
 * How a series has changed in the last three hours before its newest reading.
 * @param least a smaller change counts as none
 * @returns `undefined` with less than an hour to look back on
 */
export function trendOf(
  day: SeriesDay,
  newest: { readonly value: number; readonly measuredAt: Micros },
  least: number,
): Trend | undefined {
  const oldest = oldestSince(day, newest.measuredAt - 3 * HOUR);
  if (oldest === undefined) return undefined;
  const duration = newest.measuredAt - oldest.measuredAt;
  if (duration < HOUR) return undefined;
  const change = newest.value - oldest.value;
  return { direction: directionOf(change, least), change, duration };
}
