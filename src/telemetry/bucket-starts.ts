import type { CalendarUnit } from './bucket-width.ts';
import type { LocalDays } from './local-days.ts';
import type { Micros } from './reading.ts';

const DAY_MS = 86_400_000;
/** 1970-01-05, the first Monday. */
const FIRST_MONDAY = 4;

/** When the buckets begin that a stretch touches, in order; the first one may begin before it. */
export function bucketStarts(
  { from, to }: { readonly from: Micros; readonly to: Micros },
  unit: CalendarUnit,
  days: LocalDays,
): Micros[] {
  const starts: Micros[] = [];
  for (let index = firstDayOf(unit, days.at(from).index); ; index = firstDayOf(unit, index, 1)) {
    const start = days.startOf(index);
    if (start >= to) return starts;
    // A date that the zone has left out is no bucket.
    if (start !== starts.at(-1)) starts.push(start);
  }
}

/** The first date of the unit that a date lies in, or of one that comes `later`; dates are days since 1970. */
function firstDayOf(unit: CalendarUnit, index: number, later = 0): number {
  if (unit === 'day') return index + later;
  if (unit === 'week') return index - modulo(index - FIRST_MONDAY, 7) + 7 * later;
  const date = new Date(index * DAY_MS);
  const months = unit === 'month' ? 1 : unit === 'quarter' ? 3 : 12;
  const month = date.getUTCMonth();
  // Date.UTC would take the years before 100 for those of the 20th century.
  return date.setUTCFullYear(date.getUTCFullYear(), month - (month % months) + months * later, 1) / DAY_MS;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
