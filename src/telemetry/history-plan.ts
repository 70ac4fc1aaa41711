import { ceilHour, floorHour, isOfWholeHours } from './hours.ts';
import type { LocalDays } from './local-days.ts';
import type { Micros } from './reading.ts';
import { type Span, subtractSpans } from './spans.ts';

/** What buckets are made of: readings, or what they come to by hour of UTC or by day of the owner's time zone. */
export type HistorySource = 'raw' | 'hour' | 'day';

export interface Segment extends Span {
  readonly source: HistorySource;
}

/** How far the roll-ups of a series can be relied on. */
export interface RolledUp {
  /** Hours before, and the days that they make up, are rolled up. `-Infinity`: none. */
  readonly until: Micros;
  /** Where roll-ups are out of date. */
  readonly marks: readonly Span[];
  /** Readings before it have expired: an hour of UTC. */
  readonly rawFrom: Micros;
}

export interface Grain {
  /** The coarsest source of which buckets can be made. */
  readonly coarsest: HistorySource;
  /** The days that are rolled up. */
  readonly days: LocalDays;
  /** When buckets begin, as far as they do so within an hour of UTC. */
  readonly cuts?: readonly Micros[];
}

/**
 * Where to take a stretch of one series from, in order and without a gap: the coarsest roll-ups that lie in it as a whole, readings
 * for what is left at its ends and where roll-ups are out of date. So what it comes to is exact to the microsecond, whatever
 * the buckets. Of what has expired there are whole hours only: those that the stretch touches count in full.
 */
export function planHistory(asked: Span, rolledUp: RolledUp, grain: Grain): Segment[] {
  const { rawFrom } = rolledUp;
  if (asked.from >= rawFrom) return planReadings(asked, rolledUp, grain);
  const expired = { from: floorHour(asked.from), to: Math.min(ceilHour(asked.to), rawFrom) };
  return [
    ...planExpired(expired, grain),
    ...planReadings({ from: expired.to, to: asked.to }, rolledUp, grain),
  ];
}

function planReadings(stretch: Span, { until, marks }: RolledUp, grain: Grain): Segment[] {
  const { coarsest, days, cuts = [] } = grain;
  const rolled = { from: stretch.from, to: Math.min(stretch.to, until) };
  const wholeDays =
    coarsest === 'day' ? subtractSpans(rolled, marks).flatMap((span) => wholeDaysOf(span, days)) : [];
  const cutHours = cuts.map((cut) => ({ from: floorHour(cut), to: ceilHour(cut) }));
  const rest = coarsest === 'raw' ? [] : subtractSpans(rolled, [...marks, ...wholeDays, ...cutHours]);
  const wholeHours = rest.map(({ from, to }) => ({ from: ceilHour(from), to: floorHour(to) }));
  const segments = [
    ...wholeDays.map((span): Segment => ({ source: 'day', ...span })),
    ...wholeHours.filter(({ from, to }) => from < to).map((span): Segment => ({ source: 'hour', ...span })),
  ];
  const raw = subtractSpans(stretch, segments).map((span): Segment => ({ source: 'raw', ...span }));
  return inOrder([...segments, ...raw]);
}

/**
 * Where a day does not begin with an hour of UTC, the hour in which it does counts to the day before, here as for hours at the
 * ends: beside roll-ups of such days it would count twice.
 */
function planExpired(span: Span, { coarsest, days }: Grain): Segment[] {
  if (span.from >= span.to) return [];
  const wholeDays =
    coarsest === 'day' ? wholeDaysOf(span, days).filter(({ from, to }) => isOfWholeHours(from, to)) : [];
  const hours = subtractSpans(span, wholeDays);
  return inOrder([
    ...wholeDays.map((part): Segment => ({ source: 'day', ...part })),
    ...hours.map((part): Segment => ({ source: 'hour', ...part })),
  ]);
}

function inOrder(segments: readonly Segment[]): Segment[] {
  return segments.toSorted((a, b) => a.from - b.from);
}

/** All days that lie in the span as a whole, as one stretch. */
function wholeDaysOf({ from, to }: Span, days: LocalDays): Span[] {
  const first = days.at(from);
  const whole = { from: first.start < from ? first.end : first.start, to: days.at(to).start };
  return whole.from < whole.to ? [whole] : [];
}
