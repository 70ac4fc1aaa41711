import { formatMicros } from '../../telemetry/format-time.ts';
import type { HistorySource, Segment } from '../../telemetry/history-plan.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { monthOf } from '../partitions.ts';
import { int4Parameter, timestamptzParameter } from '../binary-arrays.ts';
import type { Queryable } from '../queryable.ts';
import { ADDABLE } from '../rollups/from-readings.ts';
import type { SeriesSpan } from '../rollups/spans.ts';

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

/** A part of the history of a series. */
export type SeriesSegment = Segment & SeriesSpan;

/** How times fall into buckets: by multiples of so many seconds since 1970, or by where they lie among `starts`. */
export type Buckets = { readonly everySeconds: number } | { readonly starts: readonly Micros[] };

interface Row extends Bucket {
  readonly seriesId: number;
}

const FROM: Readonly<Record<HistorySource, { table: string; time: string; columns: string }>> = {
  raw: {
    table: 'readings',
    time: 'measured_at',
    columns: `1::bigint AS count, value AS min, value AS max, ${ADDABLE} AS sum`,
  },
  hour: { table: 'rollups_hour', time: 'bucket', columns: 'count, min, max, sum' },
  day: { table: 'rollups_day', time: 'bucket', columns: 'count, min, max, sum' },
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
  const parts = partsOf(segments).map((part) => selectFrom(part, place));
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

function bucketOf(buckets: Buckets, place: (value: unknown) => string): string {
  if ('everySeconds' in buckets) {
    return `date_bin(${place(`${buckets.everySeconds} seconds`)}::interval, time, 'epoch')`;
  }
  const starts = `${place(timestamptzParameter(buckets.starts))}::timestamptz[]`;
  return `(${starts})[width_bucket(time, ${starts})]`;
}

/** Segments of one source; readings of one month, which is what a partition is of. */
interface Part {
  readonly source: HistorySource;
  readonly segments: readonly SeriesSegment[];
}

/** A statement that names no month makes PostgreSQL look at all of the partitions, which takes longer than to read one. */
function partsOf(segments: readonly SeriesSegment[]): readonly Part[] {
  const parts = new Map<string, { source: HistorySource; segments: SeriesSegment[] }>();
  const add = (key: string, segment: SeriesSegment): void => {
    const part = parts.get(key);
    if (part === undefined) parts.set(key, { source: segment.source, segments: [segment] });
    else part.segments.push(segment);
  };
  for (const segment of segments) {
    if (segment.source !== 'raw') add(segment.source, segment);
    else for (const month of cutAtMonths(segment)) add(monthOf(month.from), month);
  }
  return [...parts.values()];
}

function cutAtMonths(segment: SeriesSegment): SeriesSegment[] {
  const months: SeriesSegment[] = [];
  for (let { from } = segment; from < segment.to; ) {
    const date = new Date(from / 1000);
    const to = Math.min(segment.to, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1) * 1000);
    months.push({ ...segment, from, to });
    from = to;
  }
  return months;
}

/** OFFSET keeps the planner from reading whole tables where it takes the segments for many. */
function selectFrom({ source, segments }: Part, place: (value: unknown) => string): string {
  const { table, time, columns } = FROM[source];
  const starts = segments.map(({ from }) => from);
  const ends = segments.map(({ to }) => to);
  const given = [
    `${place(int4Parameter(segments.map(({ seriesId }) => seriesId)))}::int4[]`,
    `${place(timestamptzParameter(starts))}::timestamptz[]`,
    `${place(timestamptzParameter(ends))}::timestamptz[]`,
  ];
  const first = place(formatMicros(starts.reduce((a, b) => Math.min(a, b))));
  const end = place(formatMicros(ends.reduce((a, b) => Math.max(a, b))));
  return `
    SELECT segment.series_id, found.*
    FROM unnest(${given.join(', ')}) AS segment (series_id, from_time, to_time),
    LATERAL (
      SELECT ${time} AS time, ${columns} FROM ${table} AS stored
      WHERE stored.series_id = segment.series_id AND ${time} >= from_time AND ${time} < to_time
        AND ${time} >= ${first} AND ${time} < ${end} OFFSET 0
    ) AS found`;
}
