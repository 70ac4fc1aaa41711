import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import type { Span } from '../../../telemetry/spans.ts';
import type { ChartDates } from '../../chart-dates.ts';

/** A time that is written below a chart. */
export interface TimeTick {
  readonly time: Micros;
  readonly label: string;
  /** Whether it is left out where there is little room. */
  readonly isMinor: boolean;
  /** Whether a day begins there, or, where days are short, a month or year. */
  readonly isStart: boolean;
}

type Unit = 'minute' | 'hour' | 'day' | 'month' | 'year';

interface Step {
  readonly unit: Unit;
  readonly count: number;
  /** For where there is room: a divisor of `count`. */
  readonly finer: number;
}

const step = (unit: Unit, count: number, finer: number): Step => ({ unit, count, finer });
const STEPS: readonly Step[] = [
  step('minute', 1, 1),
  step('minute', 2, 1),
  step('minute', 5, 5),
  step('minute', 10, 5),
  step('minute', 15, 15),
  step('minute', 30, 15),
  step('hour', 1, 1),
  step('hour', 2, 1),
  step('hour', 3, 3),
  step('hour', 6, 3),
  step('hour', 12, 6),
  step('day', 1, 1),
  step('day', 2, 1),
  step('day', 7, 7),
  step('day', 14, 7),
  step('month', 1, 1),
  step('month', 3, 1),
  step('month', 6, 3),
  step('year', 1, 1),
  step('year', 2, 1),
  step('year', 5, 5),
  step('year', 10, 5),
  step('year', 20, 10),
  step('year', 50, 50),
  step('year', 100, 50),
  step('year', 500, 500),
  step('year', 1000, 500),
];

const MINUTE: Micros = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DURATIONS: Readonly<Record<Unit, Micros>> = {
  minute: MINUTE,
  hour: HOUR,
  day: DAY,
  month: 30 * DAY,
  year: 365 * DAY,
};
/** So many labels fit below a chart on a phone. */
const MOST_ON_A_PHONE = 6;
/** 1970-01-05 was a Monday. */
const FIRST_MONDAY = 4;
const DAY_MS = 86_400_000;

/** @param days those of the owner, whose clock the labels show */
export function timeTicks(span: Span, days: LocalDays, dates: ChartDates): readonly TimeTick[] {
  const length = span.to - span.from;
  const chosen =
    STEPS.find(({ unit, count }) => length / (DURATIONS[unit] * count) <= MOST_ON_A_PHONE) ?? STEPS.at(-1)!;
  const ticks =
    chosen.unit === 'minute' || chosen.unit === 'hour'
      ? clockTicks(span, chosen, days, dates)
      : dateTicks(span, chosen, days, dates);
  return ticks.filter(({ time }) => time >= span.from && time < span.to);
}

/** By what clocks show, also on days on which they are changed. */
function clockTicks(
  { from, to }: Span,
  { unit, count, finer }: Step,
  days: LocalDays,
  dates: ChartDates,
): TimeTick[] {
  const [every, stepMinutes] = unit === 'minute' ? [finer * MINUTE, 1] : [HALF_HOUR, 60];
  const ticks: TimeTick[] = [];
  for (let day = days.at(from); day.start < to; day = days.at(day.end)) {
    for (let time = day.start; time < Math.min(day.end, to); time += every) {
      if (time < from) continue;
      const label = dates.minute(time);
      const minutes = minutesOf(label);
      if (minutes % (finer * stepMinutes) !== 0) continue;
      const isStart = time === day.start;
      const isMinor = minutes % (count * stepMinutes) !== 0;
      ticks.push({ time, label: isStart ? dates.dayOfMonth(time) : label, isMinor, isStart });
    }
  }
  return ticks;
}

/** Clocks are changed by half an hour at the least. */
const HALF_HOUR = HOUR / 2;

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = (clock.match(/\d+/g) ?? []).map(Number);
  return hours * 60 + minutes;
}

function dateTicks(
  { from, to }: Span,
  { unit, count, finer }: Step,
  days: LocalDays,
  dates: ChartDates,
): TimeTick[] {
  const ticks: TimeTick[] = [];
  const last = days.at(to - 1).index;
  let index = days.at(from).index;
  if (unit !== 'day') index = startOfMonth(index, 0, unit === 'year');
  for (; index <= last; index = unit === 'day' ? index + 1 : startOfMonth(index, 1, unit === 'year')) {
    const number = numberOf(unit, index);
    if (number % finer !== 0) continue;
    const time = days.startOf(index);
    const month = new Date(index * DAY_MS).getUTCMonth();
    const isStart = unit === 'day' ? finer >= 7 || isMonday(index) : unit === 'month' && month === 0;
    const label = labelOf(unit, finer, month === 0, time, dates);
    ticks.push({ time, label, isMinor: number % count !== 0, isStart });
  }
  return ticks;
}

/** Counted so that weeks begin on Monday, and quarters in January. */
function numberOf(unit: Unit, index: number): number {
  if (unit === 'day') return index - FIRST_MONDAY;
  const date = new Date(index * DAY_MS);
  return unit === 'month' ? date.getUTCMonth() : date.getUTCFullYear();
}

function isMonday(index: number): boolean {
  return (index - FIRST_MONDAY) % 7 === 0;
}

function labelOf(unit: Unit, finer: number, isJanuary: boolean, time: Micros, dates: ChartDates): string {
  if (unit === 'day') return finer < 7 ? dates.weekday(time) : dates.dayOfMonth(time);
  return unit === 'year' || isJanuary ? dates.year(time) : dates.month(time);
}

/** The first date of the month or year that a date lies in, or of one that comes `later`. */
function startOfMonth(index: number, later: number, isYear: boolean): number {
  const date = new Date(index * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  // Date.UTC would take the years before 100 for those of the 20th century.
  const start = isYear
    ? new Date(0).setUTCFullYear(year + later, 0, 1)
    : new Date(0).setUTCFullYear(year, month + later, 1);
  return start / DAY_MS;
}
