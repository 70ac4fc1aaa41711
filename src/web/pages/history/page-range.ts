import { EARLIEST_WRITABLE, LATEST_WRITABLE } from '../../../telemetry/format-time.ts';
import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import type { Span } from '../../../telemetry/spans.ts';
import { type Moment, parseMoment } from './moment.ts';
import type { PageState, PickedRange, RangeName } from './page-state.ts';

/** The stretch that a page shows. */
export interface PageRange extends Span {
  /** Whether it ends now, and goes on with the time. */
  readonly isOpen: boolean;
  /** Whether now is part of it, so that new readings belong in it. */
  readonly isCurrent: boolean;
}

const HOUR: Micros = 3_600_000_000;
const DAY = 24 * HOUR;

const DURATIONS: Readonly<Record<Exclude<RangeName, 'all'>, Micros>> = {
  '6h': 6 * HOUR,
  '24h': DAY,
  '7d': 7 * DAY,
  '30d': 30 * DAY,
  '1y': 365 * DAY,
};

/**
 * @param days those of the owner's zone
 * @returns `undefined` where it ends before it begins. What is `all` begins with the earliest time that there can be
 */
export function resolveRange(range: PageState['range'], now: Micros, days: LocalDays): PageRange | undefined {
  const span = spanOf(range, now, days);
  if (span.from >= span.to) return undefined;
  const isOpen = typeof range === 'string' || range.to === undefined;
  return { ...span, isOpen, isCurrent: isOpen || (span.from <= now && now < span.to) };
}

function spanOf(range: RangeName | PickedRange, now: Micros, days: LocalDays): Span {
  if (range === 'all') return { from: EARLIEST_WRITABLE, to: now };
  if (typeof range === 'string') return { from: now - DURATIONS[range], to: now };
  const [from, to] = [range.from, range.to].map((text) =>
    text === undefined ? undefined : parseMoment(text),
  );
  return {
    from: within(from === undefined ? EARLIEST_WRITABLE : startOf(from, days, 0)),
    to: within(to === undefined ? now : startOf(to, days, 1)),
  };
}

function startOf(moment: Moment, days: LocalDays, datesLater: number): Micros {
  return 'date' in moment ? days.startOf(moment.date + datesLater) : moment.timeMs * 1000;
}

function within(time: Micros): Micros {
  return Math.min(Math.max(time, EARLIEST_WRITABLE), LATEST_WRITABLE);
}
