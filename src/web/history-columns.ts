import { hasRises, type HistoryBucket } from '../storage/history/history-bucket.ts';
import type { MetricKind } from '../telemetry/metric-kind.ts';
import type { Micros } from '../telemetry/reading.ts';

/** Buckets of several series side by side, for charts: every array has an element for each time. */
export interface Columns {
  /** Seconds since 1970. */
  readonly t: readonly number[];
  /** In the order of the series; `null`: nothing was measured then. */
  readonly columns: readonly SeriesColumns[];
}

export interface SeriesColumns {
  readonly count: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly avg: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  /** Of those that have it. */
  readonly rise?: readonly (number | null)[];
}

interface ColumnSeries {
  readonly kind: MetricKind;
  readonly buckets: readonly HistoryBucket[];
}

/**
 * @param series each with its buckets in their order
 * @param grid when all buckets begin, also those with nothing in them; times of single readings need none
 */
export function toColumns(series: readonly ColumnSeries[], grid: readonly Micros[]): Columns {
  const t: number[] = [];
  const columns = series.map(({ kind }) => newColumns(kind));
  const next = series.map(() => 0);
  const timeOf = (index: number): Micros =>
    series[index]!.buckets[next[index]!]?.time ?? Number.POSITIVE_INFINITY;
  for (let gridded = 0; ; ) {
    const time = Math.min(
      grid[gridded] ?? Number.POSITIVE_INFINITY,
      ...series.map((_, index) => timeOf(index)),
    );
    if (time === Number.POSITIVE_INFINITY) return { t, columns };
    if (grid[gridded] === time) gridded += 1;
    t.push(time / 1_000_000);
    for (const [index, column] of columns.entries()) {
      // A series may have two readings of one time: they are beside each other.
      const isNext = timeOf(index) === time;
      push(column, isNext ? series[index]!.buckets[next[index]!] : undefined);
      if (isNext) next[index]! += 1;
    }
  }
}

interface GrowingColumns {
  readonly count: (number | null)[];
  readonly min: (number | null)[];
  readonly avg: (number | null)[];
  readonly max: (number | null)[];
  readonly rise?: (number | null)[];
}

function newColumns(kind: MetricKind): GrowingColumns {
  return { count: [], min: [], avg: [], max: [], ...(hasRises(kind) && { rise: [] }) };
}

function push(column: GrowingColumns, bucket: HistoryBucket | undefined): void {
  column.count.push(bucket?.count ?? null);
  column.min.push(bucket?.min ?? null);
  column.avg.push(bucket?.avg ?? null);
  column.max.push(bucket?.max ?? null);
  column.rise?.push(bucket?.rise ?? null);
}
