import { bucketStarts } from '../../telemetry/bucket-starts.ts';
import type { BucketWidth } from '../../telemetry/bucket-width.ts';
import { type HistorySource, planHistory } from '../../telemetry/history-plan.ts';
import { floorHour } from '../../telemetry/hours.ts';
import type { LocalDays } from '../../telemetry/local-days.ts';
import type { Span } from '../../telemetry/spans.ts';
import type { Buckets } from './buckets-query.ts';
import type { Extents, SeriesExtent } from './extent.ts';
import type { PlannedSeries } from './read-by-kind.ts';

const HOUR_S = 3600;

export interface Calendar {
  /** That of days, and what they are there. */
  readonly timeZone: string;
  readonly days: LocalDays;
}

/** Where the history of each series that has any is taken from, in buckets of a width. @param span where there is any at all */
export function planSeries(
  extents: Extents,
  span: Span,
  width: BucketWidth,
  calendar: Calendar,
): { readonly planned: readonly PlannedSeries[]; readonly buckets: Buckets } {
  const { days } = calendar;
  // Of what has expired, the hour that it begins in counts in full.
  const from = floorHour(span.from);
  const starts =
    width.calendar === undefined ? [] : bucketStarts({ from, to: span.to }, width.calendar, days);
  const cuts = starts.filter((start) => start !== floorHour(start));
  const grain = { coarsest: coarsestSource(width, extents, calendar), days, cuts };
  const planned = extents.series.flatMap(({ extent, ...series }) =>
    extent === undefined ? [] : [{ ...series, segments: planHistory(extent, series.rolledUp, grain) }],
  );
  return { planned, buckets: width.calendar === undefined ? { everySeconds: width.seconds } : { starts } };
}

function coarsestSource(
  { seconds, calendar }: BucketWidth,
  { timeZone }: Extents,
  wanted: Calendar,
): HistorySource {
  if (seconds < HOUR_S) return 'raw';
  // The days in the table may still be those of another zone.
  return calendar !== undefined && timeZone === wanted.timeZone ? 'day' : 'hour';
}

/** From the first to the last reading of any series. */
export function spanOf(series: readonly SeriesExtent[]): Span | undefined {
  const extents = series.flatMap(({ extent }) => (extent === undefined ? [] : [extent]));
  if (extents.length === 0) return undefined;
  return {
    from: Math.min(...extents.map(({ from }) => from)),
    to: Math.max(...extents.map(({ to }) => to)),
  };
}

/** Whether a part of the readings has expired. */
export function hasExpired({ extent, rolledUp }: SeriesExtent): boolean {
  return extent !== undefined && extent.from < rolledUp.rawFrom;
}
