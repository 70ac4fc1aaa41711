import type { HistoryBucket } from '../../../storage/history/history-bucket.ts';
import { lookUpSeries, type SeriesName } from '../../../storage/history/look-up.ts';
import { type History, type HistoryRequest, readHistory } from '../../../storage/history/read-history.ts';
import { type BucketWidth, bucketWidthNamed } from '../../../telemetry/bucket-width.ts';
import { type EarlierSpan, earlierSpans } from '../../../telemetry/earlier-span.ts';
import { EARLIEST_WRITABLE } from '../../../telemetry/format-time.ts';
import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Span } from '../../../telemetry/spans.ts';
import { showBucket } from '../../history-reply.ts';
import type { WebParts } from '../../parts.ts';
import { askDatabase } from '../../to-web-error.ts';
import { into } from '../series-display.ts';
import type { PlannedChart, PlannedLine } from './chart-plan.ts';
import type { PageRange } from './page-range.ts';
import type { Comparison } from './page-state.ts';

/** About how many buckets a line is drawn of. */
export const POINTS = 400;

/** A chart with what was read of it. */
export interface ReadChart extends Omit<PlannedChart, 'lines'> {
  /** `raw`: each bucket is one reading. */
  readonly width: BucketWidth | 'raw';
  readonly lines: readonly ReadLine[];
}

export interface ReadLine extends PlannedLine {
  /** As the database knows it; `undefined`: not yet. */
  readonly series: KnownSeries | undefined;
  /** In the unit that is shown; what was earlier at the times under which it lies now. */
  readonly buckets: readonly HistoryBucket[];
}

export interface KnownSeries {
  readonly seriesId: number;
  readonly unit: string | null;
}

export interface ReadCharts {
  /** As it was asked for; of everything, from its first reading. */
  readonly range: PageRange;
  /** Where what is compared with comes from. */
  readonly earlier: readonly EarlierSpan[];
  /** Of all charts but those of bars. */
  readonly width: BucketWidth | 'raw';
  readonly charts: readonly ReadChart[];
}

interface ReadRequest {
  readonly range: PageRange;
  readonly compare: Comparison | undefined;
  readonly days: LocalDays;
}

const EARLIER = {
  '1d': { days: 1 },
  '7d': { days: 7 },
  '1y': { years: 1 },
  '2y': { years: 2 },
  '3y': { years: 3 },
} as const;

/** @throws WebError 503 while the database is away */
export async function readCharts(
  parts: Pick<WebParts, 'pool' | 'timeZone'>,
  planned: readonly PlannedChart[],
  request: ReadRequest,
): Promise<ReadCharts> {
  const { range, compare, days } = request;
  const found = await findAll(parts, planned, range);
  const earlier = compare === undefined ? [] : earlierSpans(range, EARLIER[compare], days);
  const read = async (isBars: boolean): Promise<Histories> => {
    const lines = planned.filter(({ shape }) => (shape === 'bars') === isBars).flatMap((one) => one.lines);
    const wished = isBars ? barWidth(range) : { points: POINTS };
    const within = async (
      asked: Span,
      wanted: readonly PlannedLine[],
      width: HistoryRequest['width'],
    ): Promise<FoundHistory> => {
      const seriesIds = [...new Set(wanted.flatMap((line) => found(line)?.seriesId ?? []))];
      if (seriesIds.length === 0) return NOTHING;
      const { pool, timeZone } = parts;
      const history = await askDatabase(readHistory(pool, { seriesIds, asked, width, timeZone, days }));
      return history.kind === 'found' ? history : NOTHING;
    };
    const past = lines.filter(({ kind }) => kind === 'earlier');
    const now = lines.filter(({ kind }) => kind !== 'earlier');
    const present = await within(range, now, wished);
    if (earlier.length === 0) return { present, past: NOTHING };
    // In buckets of one width both are as smooth, however much there is of either.
    const alike = present.width === 'raw' ? wished : { every: present.width };
    return { present, past: await within(unionOf(earlier), past, alike) };
  };
  const [others, bars] = [await read(false), await read(true)];
  const charts = planned.map((chart): ReadChart => {
    const { present, past } = chart.shape === 'bars' ? bars : others;
    const bucketsOf = (line: PlannedLine): readonly HistoryBucket[] => {
      const series = found(line);
      if (series === undefined) return [];
      const { seriesId, unit } = series;
      const isEarlier = line.kind === 'earlier';
      const buckets = (isEarlier ? past : present).buckets.get(seriesId) ?? [];
      const placed = isEarlier ? moved(buckets, earlier) : buckets;
      return placed.map((one) => showBucket(one, unit, into(unit, chart.unit)));
    };
    const lines = chart.lines.map((line) => ({ ...line, series: found(line), buckets: bucketsOf(line) }));
    return { ...chart, width: present.width, lines };
  });
  return { range: narrowed(range, charts), earlier, width: others.present.width, charts };
}

interface Histories {
  readonly present: FoundHistory;
  readonly past: FoundHistory;
}

type FoundHistory = Extract<History, { kind: 'found' }>;

const DAY = 86_400_000_000;
const NOTHING: FoundHistory = { kind: 'found', width: 'raw', buckets: new Map() };

/** Stations tell of readings as soon as they are committed, but the database may have been put back since. */
async function findAll(
  { pool }: Pick<WebParts, 'pool'>,
  planned: readonly PlannedChart[],
  range: Span,
): Promise<(name: SeriesName) => KnownSeries | undefined> {
  const names = planned.flatMap((chart) => chart.lines);
  const found = names.length === 0 ? [] : await askDatabase(lookUpSeries(pool, names, range));
  const known = new Map<string, KnownSeries>();
  for (const [index, series] of found.entries()) {
    const { station, metric } = names[index]!;
    if (series.kind === 'found') known.set(`${station}:${metric}`, series);
  }
  return ({ station, metric }) => known.get(`${station}:${metric}`);
}

/** Bars are fewer than the points of a line, and of hours and days, as people speak of rain. */
function barWidth({ from, to }: Span): { readonly every: BucketWidth } | { readonly points: number } {
  // Of everything nobody knows yet how long it is.
  if (from === EARLIEST_WRITABLE) return { points: MOST_BARS };
  const length = to - from;
  const name = BAR_WIDTHS.find(([longest]) => length <= longest)?.[1] ?? '1y';
  return { every: bucketWidthNamed(name)! };
}

const MOST_BARS = 120;
const BAR_WIDTHS = [
  [DAY / 2, '15m'],
  [3 * DAY, '1h'],
  [100 * DAY, '1d'],
  [400 * DAY, '7d'],
  [4_000 * DAY, '1mo'],
] as const;

function unionOf(spans: readonly EarlierSpan[]): Span {
  return { from: spans[0]!.from, to: spans.at(-1)!.to };
}

/** What lies between spans is not part of what is compared with. */
function moved(buckets: readonly HistoryBucket[], spans: readonly EarlierSpan[]): readonly HistoryBucket[] {
  let index = 0;
  return buckets.flatMap((bucket) => {
    while (index < spans.length && spans[index]!.to <= bucket.time) index += 1;
    const span = spans[index];
    // The first bucket may begin before what was asked for.
    if (span === undefined || (bucket.time < span.from && index > 0)) return [];
    return [{ ...bucket, time: bucket.time + span.offset }];
  });
}

/** Everything begins with the first reading; where there is none, with yesterday. */
function narrowed(range: PageRange, charts: readonly ReadChart[]): PageRange {
  if (range.from > EARLIEST_WRITABLE) return range;
  const first = charts.flatMap(({ lines }) => lines.flatMap(({ buckets }) => buckets[0]?.time ?? []));
  return { ...range, from: Math.min(range.to - DAY, ...first) };
}
