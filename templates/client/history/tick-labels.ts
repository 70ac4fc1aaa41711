// What is written at the marks of the time axis, as in the pictures that the service draws: the clock, and dates where days begin.

import type { ChartDates } from '../../../src/web/chart-dates.ts';

const MINUTE_S = 60;
const DAY_S = 86_400;
const WEEK_S = 7 * DAY_S;
const MONTH_S = 28 * DAY_S;
const YEAR_S = 365 * DAY_S;
const MICROS = 1_000_000;

/** @param times seconds since 1970; @param stepSeconds how far apart they are */
export type LabelTicks = (times: readonly number[], stepSeconds: number) => string[];

export function createTickLabels(dates: ChartDates): LabelTicks {
  // By what clocks show: where midnight is left out, the day has no mark of its own.
  const isMidnight = (time: number): boolean => /^0?0\D00$/.test(dates.minute(time));
  const isJanuary = (time: number): boolean => dates.year(time) !== dates.year(time - MONTH_S * MICROS);

  function label(time: number, stepSeconds: number): string {
    if (stepSeconds >= YEAR_S) return dates.year(time);
    if (stepSeconds >= MONTH_S) return isJanuary(time) ? dates.year(time) : dates.month(time);
    if (stepSeconds >= WEEK_S) return dates.dayOfMonth(time);
    if (stepSeconds >= DAY_S) return dates.weekday(time);
    if (stepSeconds < MINUTE_S) return dates.second(time);
    return isMidnight(time) ? dates.dayOfMonth(time) : dates.minute(time);
  }

  return (times, stepSeconds) => times.map((time) => label(time * MICROS, stepSeconds));
}
