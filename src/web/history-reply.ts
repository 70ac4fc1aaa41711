import { setImmediate } from 'node:timers/promises';
import type { HistoryBucket } from '../storage/history/history-bucket.ts';
import { bucketStarts } from '../telemetry/bucket-starts.ts';
import type { BucketWidth } from '../telemetry/bucket-width.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { LocalDays } from '../telemetry/local-days.ts';
import type { MetricKind } from '../telemetry/metric-kind.ts';
import type { Micros } from '../telemetry/reading.ts';
import type { Span } from '../telemetry/spans.ts';
import type { UnitSystem } from '../telemetry/unit-system.ts';
import { showValue } from './display-units.ts';
import { toColumns } from './history-columns.ts';

export interface ShownHistory {
  readonly shown: Span;
  /** `raw`: each bucket is one reading. */
  readonly width: BucketWidth | 'raw';
  readonly timeZone: string;
  readonly days: LocalDays;
  readonly series: readonly ShownSeries[];
}

export interface ShownSeries {
  readonly station: string;
  readonly metric: string;
  readonly unit: string | null;
  readonly kind: MetricKind;
  readonly buckets: readonly HistoryBucket[];
}

/** With its values in the units of a system. */
export function showBucket(
  bucket: HistoryBucket,
  unit: string | null,
  system: UnitSystem | undefined,
): HistoryBucket {
  const shown = (value: number): number => showValue(value, unit, system).value;
  const min = bucket.min === null ? null : shown(bucket.min);
  const max = bucket.max === null ? null : shown(bucket.max);
  // What dividing adds to an average is cut off at 12 digits, as far as it stays between the two; what adding up adds to a rise, too.
  const avg = bucket.avg === null ? null : Number(shown(bucket.avg).toPrecision(12));
  const within = avg === null || min === null || max === null ? avg : Math.min(Math.max(avg, min), max);
  if (bucket.rise === undefined) return { ...bucket, min, max, avg: within };
  const rise = bucket.rise === null ? null : Number(shown(bucket.rise).toPrecision(12));
  return { ...bucket, min, max, avg: within, rise };
}

/** The reply about one series. */
export function historyJson(history: ShownHistory, shape: 'rows' | 'columns'): string {
  const { buckets, ...series } = history.series[0]!;
  const head = { ...series, ...rangeOf(history) };
  if (shape === 'rows') return JSON.stringify({ ...head, buckets: buckets.map(toRow) });
  const { t, columns } = toColumns(history.series, gridOf(history));
  return JSON.stringify({ ...head, columns: { t, ...columns[0] } });
}

/** The reply about several: of a hundred thousand buckets it takes half a second, in which others have their turns between series. */
export async function seriesHistoryJson(history: ShownHistory, shape: 'rows' | 'columns'): Promise<string> {
  if (shape === 'rows') {
    const series: string[] = [];
    for (const { buckets, ...of } of history.series) {
      series.push(JSON.stringify({ ...of, buckets: buckets.map(toRow) }));
      await setImmediate();
    }
    return `${JSON.stringify(rangeOf(history)).slice(0, -1)},"series":[${series.join(',')}]}`;
  }
  const { t, columns } = toColumns(history.series, gridOf(history));
  const series = history.series.map(({ buckets: _buckets, ...of }, index) => ({
    ...of,
    columns: columns[index],
  }));
  return JSON.stringify({ ...rangeOf(history), t, series });
}

function rangeOf({ shown, width, timeZone }: ShownHistory): Record<string, unknown> {
  return {
    from: formatMicros(shown.from),
    to: formatMicros(shown.to),
    every: width === 'raw' ? width : width.name,
    everySeconds: width === 'raw' ? 0 : width.seconds,
    timeZone,
  };
}

function toRow({ time, count, min, avg, max, rise }: HistoryBucket): Record<string, unknown> {
  // JSON leaves out what is undefined.
  return { time: formatMicros(time), count, min, avg, max, rise };
}

/** When buckets begin, from the first to the last that has anything in it. */
function gridOf({ series, width, days }: ShownHistory): readonly Micros[] {
  const times = series.flatMap(({ buckets }) =>
    [buckets[0], buckets.at(-1)].flatMap((bucket) => bucket?.time ?? []),
  );
  if (width === 'raw' || times.length === 0) return [];
  const span = { from: Math.min(...times), to: Math.max(...times) + 1 };
  if (width.calendar !== undefined) return bucketStarts(span, width.calendar, days);
  const step = width.seconds * 1_000_000;
  return Array.from(
    { length: Math.ceil((span.to - span.from) / step) },
    (_, index) => span.from + index * step,
  );
}
