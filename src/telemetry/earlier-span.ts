import type { LocalDays } from './local-days.ts';
import type { Micros } from './reading.ts';
import type { Span } from './spans.ts';

/** How far back something is that is to be compared with: so many dates of the calendar, or the same dates of another year. */
export type Earlier = { readonly days: number } | { readonly years: number };

/** A stretch of earlier, and how it lies under the present one. */
export interface EarlierSpan extends Span {
  /** What is to be added to a time in it. */
  readonly offset: Micros;
}

const DAY_MS = 86_400_000;

/**
 * What lies so far before a span, so that days lie under days and noon under noon, also where clocks were changed in one of the two. A
 * date that the other year does not have is left out.
 * @returns stretches in their order, of which neighbours have different offsets
 */
export function earlierSpans({ from, to }: Span, earlier: Earlier, days: LocalDays): readonly EarlierSpan[] {
  const spans: EarlierSpan[] = [];
  for (let day = days.at(from); day.start < to; day = days.at(day.end)) {
    const index = earlierDate(day.index, earlier);
    if (index === undefined) continue;
    const start = days.startOf(index);
    const offset = day.start - start;
    const span = {
      from: Math.max(from, day.start) - offset,
      // Of a day that has an hour more than the present one, that hour lies under the next day, which has its own.
      to: Math.min(Math.min(to, day.end) - offset, days.startOf(index + 1)),
      offset,
    };
    const last = spans.at(-1);
    if (last?.offset === offset && last.to === span.from) spans[spans.length - 1] = { ...last, to: span.to };
    else if (span.from < span.to) spans.push(span);
  }
  return spans;
}

/** Dates are days since 1970. */
function earlierDate(index: number, earlier: Earlier): number | undefined {
  if ('days' in earlier) return index - earlier.days;
  const date = new Date(index * DAY_MS);
  const day = date.getUTCDate();
  date.setUTCFullYear(date.getUTCFullYear() - earlier.years);
  return date.getUTCDate() === day ? date.getTime() / DAY_MS : undefined;
}
