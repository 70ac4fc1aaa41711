import { formatMicros } from '../../telemetry/format-time.ts';
import type { HistorySource, Segment } from '../../telemetry/history-plan.ts';
import { int4Parameter, timestamptzParameter } from '../binary-arrays.ts';
import { monthOf } from '../partitions.ts';
import type { SeriesSpan } from '../rollups/spans.ts';

/** A part of the history of a series. */
export type SeriesSegment = Segment & SeriesSpan;

const FROM: Readonly<Record<HistorySource, { table: string; time: string }>> = {
  raw: { table: 'readings', time: 'measured_at' },
  hour: { table: 'rollups_hour', time: 'bucket' },
  day: { table: 'rollups_day', time: 'bucket' },
};

/** Segments of one source; readings of one month, which is what a partition is of. */
export interface SegmentPart {
  readonly source: HistorySource;
  readonly segments: readonly SeriesSegment[];
}

/** A statement that names no month makes PostgreSQL look at all of the partitions, which takes longer than to read one. */
export function partsOf(segments: readonly SeriesSegment[]): readonly SegmentPart[] {
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

export interface Wanted {
  /** As they are called in the table of that source. */
  readonly columns: string;
  /** Which rows, if not all of them. */
  readonly where?: string;
  /** Makes a parameter of a value. */
  readonly place: (value: unknown) => string;
}

/** A statement of series_id, time and what is wanted of each row of a part. */
export function selectFrom({ source, segments }: SegmentPart, { columns, where, place }: Wanted): string {
  const { table, time } = FROM[source];
  const starts = segments.map(({ from }) => from);
  const ends = segments.map(({ to }) => to);
  const given = [
    `${place(int4Parameter(segments.map(({ seriesId }) => seriesId)))}::int4[]`,
    `${place(timestamptzParameter(starts))}::timestamptz[]`,
    `${place(timestamptzParameter(ends))}::timestamptz[]`,
  ];
  const first = place(formatMicros(starts.reduce((a, b) => Math.min(a, b))));
  const end = place(formatMicros(ends.reduce((a, b) => Math.max(a, b))));
  // OFFSET keeps the planner from reading whole tables where it takes the segments for many.
  return `
    SELECT segment.series_id, found.*
    FROM unnest(${given.join(', ')}) AS segment (series_id, from_time, to_time),
    LATERAL (
      SELECT ${time} AS time, ${columns} FROM ${table} AS stored
      WHERE stored.series_id = segment.series_id AND ${time} >= from_time AND ${time} < to_time
        AND ${time} >= ${first} AND ${time} < ${end}
        ${where === undefined ? '' : `AND ${where}`} OFFSET 0
    ) AS found`;
}
