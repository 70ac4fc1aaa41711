import type { HistoryBucket } from '../../../storage/history/history-bucket.ts';
import { readHistory } from '../../../storage/history/read-history.ts';
import { bucketWidthNamed } from '../../../telemetry/bucket-width.ts';
import { EARLIEST_WRITABLE, formatMicros } from '../../../telemetry/format-time.ts';
import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import { FUTURE_TOLERANCE } from '../../../telemetry/time.ts';
import type { ChartDates } from '../../chart-dates.ts';
import { showBucket } from '../../history-reply.ts';
import { decimalsOf } from '../../names.ts';
import type { WebParts } from '../../parts.ts';
import { askDatabase } from '../../to-web-error.ts';
import type { Words } from '../../words.ts';
import { into } from '../series-display.ts';
import type { ReadChart, ReadCharts } from './read-charts.ts';
import { PERIODS, type Period, periodTitles, startOf } from './records.ts';
import { withUnit } from './summaries.ts';

/** What has come on each day ever, by series: of what falls, no single reading says anything. */
export type RainDays = ReadonlyMap<number, readonly HistoryBucket[]>;

const DAY = bucketWidthNamed('1d')!;

/** Of the charts of bars, from the database. @throws WebError 503 while it is away */
export async function readRainDays(
  { pool, timeZone }: Pick<WebParts, 'pool' | 'timeZone'>,
  { charts }: ReadCharts,
  { now, days }: { readonly now: Micros; readonly days: LocalDays },
): Promise<RainDays> {
  const seriesIds = [...new Set(charts.flatMap((chart) => mainOf(chart)?.series?.seriesId ?? []))];
  if (seriesIds.length === 0) return new Map();
  const read = (from: Micros): ReturnType<typeof readHistory> =>
    askDatabase(
      readHistory(pool, {
        seriesIds,
        asked: { from, to: now + FUTURE_TOLERANCE },
        width: { every: DAY },
        timeZone,
        days,
      }),
    );
  const ever = await read(EARLIEST_WRITABLE);
  // Decades of days are more than are looked at: then there is this year alone.
  const found = ever.kind === 'found' ? ever : await read(startOf('year', now, days));
  return found.kind === 'found' ? found.buckets : new Map();
}

function mainOf({ shape, lines }: ReadChart): ReadChart['lines'][number] | undefined {
  return shape === 'bars' ? lines.find(({ kind }) => kind === 'main') : undefined;
}

/** What has come in each period, and when the most, as templates write it. */
export interface RainRecords {
  readonly name: string;
  readonly rows: readonly {
    readonly period: string;
    readonly total: string;
    readonly wettest: { readonly value: string; readonly day: string; readonly iso: string } | undefined;
  }[];
}

interface ShowOptions {
  readonly words: Words;
  readonly dates: ChartDates;
  readonly days: LocalDays;
  readonly now: Micros;
}

/** Periods of which nothing is known are left out. */
export function showRainRecords(
  { charts }: ReadCharts,
  rain: RainDays,
  options: ShowOptions,
): readonly RainRecords[] {
  const { words, dates, days, now } = options;
  const titles = periodTitles(options);
  const starts: Readonly<Record<Period, Micros>> = {
    month: startOf('month', now, days),
    year: startOf('year', now, days),
    ever: EARLIEST_WRITABLE,
  };
  return charts.flatMap((chart) => {
    const { series } = mainOf(chart) ?? {};
    if (series === undefined) return [];
    const amount = (value: number): string =>
      withUnit(words.number(value, decimalsOf(chart.unit)), chart.unit);
    const known = (rain.get(series.seriesId) ?? []).flatMap((bucket) => {
      const { time, rise } = showBucket(bucket, series.unit, into(series.unit, chart.unit));
      return rise === undefined || rise === null ? [] : [{ time, rise }];
    });
    const rows = PERIODS.flatMap((period) => {
      const within = known.filter(({ time }) => time >= starts[period]);
      if (within.length === 0) return [];
      const most = within.reduce((best, one) => (one.rise > best.rise ? one : best));
      const wettest = { value: amount(most.rise), day: dates.date(most.time), iso: formatMicros(most.time) };
      return [
        {
          period: titles[period],
          total: amount(within.reduce((sum, { rise }) => sum + rise, 0)),
          wettest: most.rise > 0 ? wettest : undefined,
        },
      ];
    });
    return rows.length === 0 ? [] : [{ name: chart.name, rows }];
  });
}
