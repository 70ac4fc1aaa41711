import type { HistorySource } from '../../telemetry/history-plan.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { timestamptzParameter } from '../binary-arrays.ts';
import type { Queryable } from '../queryable.ts';
import { ADDABLE } from '../rollups/from-readings.ts';
import { partsOf, selectFrom, type SeriesSegment } from './segment-parts.ts';

/** What the readings of one series in a stretch of time come to. */
export interface Bucket {
  /** When it begins, which may be before the first of what was asked for. */
  readonly time: Micros;
  readonly count: number;
  /** In the series' unit, as `max` and `avg`. */
  readonly min: number;
  /** `null` where there are values near the end of what a 64-bit number holds, which can't be added up. */
  readonly avg: number | null;
  readonly max: number;
}

/** How times fall into buckets: by multiples of so many seconds since 1970, or by where they lie among `starts`. */
export type Buckets = { readonly everySeconds: number } | { readonly starts: readonly Micros[] };

interface Row extends Bucket {
  readonly seriesId: number;
}

const COLUMNS: Readonly<Record<HistorySource, string>> = {
  raw: `1::bigint AS count, value AS min, value AS max, ${ADDABLE} AS sum`,
  hour: 'count, min, max, sum',
  day: 'count, min, max, sum',
};

/**
 * The buckets of segments, one statement for all of them; a bucket with nothing in it is left out.
 * @returns for each series that has any, in their order
 * @throws what the database reports
 */
export async function readBuckets(
  database: Queryable,
  segments: readonly SeriesSegment[],
  buckets: Buckets,
): Promise<ReadonlyMap<number, readonly Bucket[]>> {
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const bucket = bucketOf(buckets, place);
  const parts = partsOf(segments).map((part) => selectFrom(part, { columns: COLUMNS[part.source], place }));
  const bySeries = new Map<number, Bucket[]>();
  if (parts.length === 0) return bySeries;
  const text = `
    SELECT series_id AS "seriesId", (extract(epoch FROM bucket) * 1000000)::float8 AS time, count, min, max,
      CASE WHEN abs(sum) < 'Infinity' THEN sum / count END AS avg
    FROM (
      SELECT series_id, ${bucket} AS bucket, sum(count)::float8 AS count, min(min), max(max), sum(sum)
      FROM (${parts.join(' UNION ALL ')}) AS part GROUP BY 1, 2
    ) AS bucketed ORDER BY 1, 2`;
  const { rows } = await database.query<Row & object>({ text, values });
  for (const { seriesId, ...of } of rows) {
    const known = bySeries.get(seriesId);
    if (known === undefined) bySeries.set(seriesId, [of]);
    else known.push(of);
  }
  return bySeries;
}

/** Which bucket a time is in. @param place makes a parameter of a value */
export function bucketOf(buckets: Buckets, place: (value: unknown) => string): string {
  if ('everySeconds' in buckets) {
    return `date_bin(${place(`${buckets.everySeconds} seconds`)}::interval, time, 'epoch')`;
  }
  const starts = `${place(timestamptzParameter(buckets.starts))}::timestamptz[]`;
  return `(${starts})[width_bucket(time, ${starts})]`;
}
