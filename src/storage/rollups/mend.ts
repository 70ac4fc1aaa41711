import { EARLIEST_WRITABLE } from '../../telemetry/format-time.ts';
import type { LocalDay, LocalDays } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { remakeDays } from './days.ts';
import { countFrozenHours, remakeHours } from './hours.ts';
import { countVersionsUp, type Mark, takeMarks } from './marks.ts';
import { floorHour, HOUR } from '../../telemetry/hours.ts';
import type { SeriesSpan } from './spans.ts';
import { readRollupState } from './state.ts';
import { inTransaction, type ZonedWork } from './work.ts';

/**
 * Makes anew what the oldest marks speak of, and takes them away. What they say of hours that are not rolled up yet is of no
 * use: these will be, with all that there is then.
 * @returns whether there may be more
 * @throws what the database reports, or the reason of the signal
 */
export async function mendSome(work: ZonedWork): Promise<boolean> {
  const { session, pace, done } = work;
  const limit = pace.marks.current();
  const newest = await work.settledMarks?.look(session);
  if (work.settledMarks !== undefined && newest === undefined) return false;
  const startedAt = performance.now();
  const taken = await inTransaction(work, async () => {
    const marks = await takeMarks(session, limit, newest);
    if (marks.length === 0) return 0;
    const { rolledUntil } = await readRollupState(session);
    const { hours, daySpans, days } = planMending(marks, rolledUntil, work.days);
    if (hours.length > 0) {
      done.hoursTooLate += await countFrozenHours(session, hours);
      const made = await remakeHours(session, hours);
      done.hours += made.hours;
      done.readings += made.readings;
    }
    if (days.length > 0) done.days += await remakeDays(session, daySpans, days);
    await countVersionsUp(session, [...new Set(marks.map(({ seriesId }) => seriesId))]);
    return marks.length;
  });
  done.marks += taken;
  const tookMs = performance.now() - startedAt;
  if (taken > 0) {
    pace.marks.took(tookMs, Math.min(taken, limit));
    await work.rest(tookMs);
  }
  return taken >= limit;
}

export interface Mending {
  /** Whole hours, no two of which overlap. */
  readonly hours: readonly SeriesSpan[];
  /** Where `days` begin. */
  readonly daySpans: readonly SeriesSpan[];
  readonly days: readonly LocalDay[];
}

/** What is to be made anew because of the marks: hours that are rolled up, and days that they touch and that are. */
export function planMending(marks: readonly Mark[], rolledUntil: Micros, days: LocalDays): Mending {
  const hours: SeriesSpan[] = [];
  const daySpans: SeriesSpan[] = [];
  const touched = new Map<Micros, LocalDay>();
  for (const { seriesId, from, to } of marks) {
    // Times that can't be written are not rolled up either.
    const start = Math.max(from, EARLIEST_WRITABLE);
    if (start > to || start >= rolledUntil) continue;
    hours.push({ seriesId, from: floorHour(start), to: Math.min(floorHour(to) + HOUR, rolledUntil) });
    for (let day = days.at(start); day.start <= to && day.end <= rolledUntil; day = days.at(day.end)) {
      touched.set(day.start, day);
      daySpans.push({ seriesId, from: day.start, to: day.start + 1 });
    }
  }
  const inOrder = [...touched.values()].toSorted((a, b) => a.start - b.start);
  return { hours: merge(hours), daySpans: merge(daySpans), days: inOrder };
}

/** The same with no span twice: of one series, those that overlap or follow on each other become one. */
function merge(spans: readonly SeriesSpan[]): readonly SeriesSpan[] {
  const merged: SeriesSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.seriesId - b.seriesId || a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && last.seriesId === span.seriesId && span.from <= last.to) {
      merged[merged.length - 1] = { ...last, to: Math.max(last.to, span.to) };
    } else merged.push(span);
  }
  return merged;
}
