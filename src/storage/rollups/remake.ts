import type { LocalDay } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { remakeDays } from './days.ts';
import { remakeHours } from './hours.ts';
import { countVersionsUp } from './marks.ts';
import { readSeriesIds } from './reach.ts';
import { inTransaction, type RollupWork, type ZonedWork } from './work.ts';

/** A stretch of whole hours. */
export interface Stretch {
  readonly from: Micros;
  readonly to: Micros;
  /** Whether there are no readings in it, so that there are no days but perhaps the one that ends in it. */
  readonly isEmpty?: boolean;
  /** Whether it was rolled up already, so that an answer of earlier may have been another. */
  readonly isKnown?: boolean;
}

/**
 * Makes the hours of a stretch of all series, and the days that end in it, anew; each transaction with some of the series.
 * Hours before the stretch must be there.
 */
export async function remakeStretch(work: ZonedWork, { from, to, isEmpty, isKnown }: Stretch): Promise<void> {
  const days = isEmpty ? firstDay(work, from, to) : work.days.endingBetween(from, to);
  const first = days[0];
  const dayEnd = isEmpty ? work.days.at(to).start : days.at(-1)?.end;
  await forAllSeries(work, async (seriesIds) => {
    const made = await remakeHours(
      work.session,
      seriesIds.map((seriesId) => ({ seriesId, from, to })),
    );
    work.done.hours += made.hours;
    work.done.readings += made.readings;
    if (first !== undefined && dayEnd !== undefined) {
      const spans = seriesIds.map((seriesId) => ({ seriesId, from: first.start, to: dayEnd }));
      work.done.days += await remakeDays(work.session, spans, days);
    }
    if (isKnown) await countVersionsUp(work.session, seriesIds);
  });
}

/** Does something to all series, a few in each transaction. @throws what the database reports, or the reason of the signal */
export async function forAllSeries(
  work: RollupWork,
  body: (seriesIds: readonly number[]) => Promise<void>,
): Promise<void> {
  const all = await readSeriesIds(work.session);
  for (let at = 0; at < all.length; ) {
    const some = all.slice(at, at + work.pace.series.current());
    const startedAt = performance.now();
    await inTransaction(work, () => body(some));
    const tookMs = performance.now() - startedAt;
    work.pace.series.took(tookMs, some.length);
    await work.rest(tookMs);
    at += some.length;
  }
}

function firstDay({ days }: ZonedWork, from: Micros, to: Micros): readonly LocalDay[] {
  const day = days.at(from);
  return day.end <= to ? [day] : [];
}
