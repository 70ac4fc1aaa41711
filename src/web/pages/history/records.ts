import { type Extremes, readExtremes } from '../../../storage/history/extremes-query.ts';
import { bucketStarts } from '../../../telemetry/bucket-starts.ts';
import { EARLIEST_WRITABLE, formatMicros } from '../../../telemetry/format-time.ts';
import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import type { Span } from '../../../telemetry/spans.ts';
import { FUTURE_TOLERANCE } from '../../../telemetry/time.ts';
import type { WebParts } from '../../parts.ts';
import { askDatabase } from '../../to-web-error.ts';
import { into } from '../series-display.ts';
import type { ReadCharts, ReadLine } from './read-charts.ts';
import { type SummaryOptions, valueText } from './summaries.ts';

/** Extremes of each line that the page is about: of the range, and of all that records are told of. */
export interface PageExtremes {
  readonly ofRange: (line: ReadLine) => Extremes | undefined;
  readonly ofRecord: (period: Period, line: ReadLine) => Extremes | undefined;
}

export type Period = 'month' | 'year' | 'ever';
export const PERIODS: readonly Period[] = ['month', 'year', 'ever'];

/** @throws WebError 503 while the database is away */
export async function readPageExtremes(
  { pool, timeZone }: Pick<WebParts, 'pool' | 'timeZone'>,
  { range, charts }: ReadCharts,
  { now, days }: { readonly now: Micros; readonly days: LocalDays },
): Promise<PageExtremes> {
  // Of directions none is the lowest, and of counters it is by how much they rise that counts.
  const lines = charts
    .filter(({ shape }) => shape === 'lines')
    .flatMap((chart) => chart.lines)
    .filter(({ kind }) => kind !== 'earlier');
  const seriesIds = [...new Set(lines.flatMap(({ series }) => series?.seriesId ?? []))];
  const to = now + FUTURE_TOLERANCE;
  const spans: readonly Span[] = [
    range,
    { from: startOf('month', now, days), to },
    { from: startOf('year', now, days), to },
    { from: EARLIEST_WRITABLE, to },
  ];
  const found =
    seriesIds.length === 0 ? [] : await askDatabase(readExtremes(pool, { seriesIds, spans, timeZone, days }));
  const of = (index: number, { series }: ReadLine): Extremes | undefined =>
    series && found[index]?.get(series.seriesId);
  return {
    ofRange: (line) => of(0, line),
    ofRecord: (period, line) => of(1 + PERIODS.indexOf(period), line),
  };
}

/** When the calendar's month or year began. */
export function startOf(unit: 'month' | 'year', now: Micros, days: LocalDays): Micros {
  return bucketStarts({ from: now, to: now + 1 }, unit, days)[0]!;
}

/** How they are called. */
export function periodTitles({
  words,
  dates,
  now,
}: Pick<SummaryOptions, 'words' | 'dates'> & { readonly now: Micros }): Readonly<Record<Period, string>> {
  return { month: dates.monthOfYear(now), year: dates.year(now), ever: words.text('records.ever') };
}

/** The records of a metric, as templates write them. */
export interface MetricRecords {
  readonly name: string;
  readonly rows: readonly RecordRow[];
}

interface RecordRow {
  readonly period: string;
  readonly low: ShownRecord;
  readonly high: ShownRecord;
}

interface ShownRecord {
  readonly value: string;
  readonly time: string;
  readonly measuredAt: string;
}

/** Of the metrics that are drawn of the page's own station; periods without readings are left out. */
export function showRecords(
  { charts }: ReadCharts,
  { ofRecord }: PageExtremes,
  options: Pick<SummaryOptions, 'words' | 'dates'> & { readonly now: Micros },
): readonly MetricRecords[] {
  const { words, dates, now } = options;
  const titles = periodTitles(options);
  return charts.flatMap(({ name, unit, lines }) => {
    const main = lines.find(({ kind }) => kind === 'main');
    if (main === undefined) return [];
    const rows = PERIODS.flatMap((period) => {
      const extremes = ofRecord(period, main);
      if (extremes === undefined) return [];
      const stored = main.series?.unit ?? null;
      const units = into(stored, unit);
      const show = (value: number, at: Micros): ShownRecord => ({
        value: valueText(value, stored, { units, words }),
        time: (dates.year(at) === dates.year(now) ? dates.moment(at) : dates.fullMoment(at)) + dates.side(at),
        measuredAt: formatMicros(at),
      });
      const { min, minAt, max, maxAt } = extremes;
      return [{ period: titles[period], low: show(min, minAt), high: show(max, maxAt) }];
    });
    return rows.length === 0 ? [] : [{ name, rows }];
  });
}
