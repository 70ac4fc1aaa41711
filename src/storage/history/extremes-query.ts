import type { Pool } from 'pg';
import { type HistorySource, planHistory } from '../../telemetry/history-plan.ts';
import type { LocalDays } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Span } from '../../telemetry/spans.ts';
import { int4Parameter } from '../binary-arrays.ts';
import type { Queryable } from '../queryable.ts';
import { inSnapshot } from '../transaction.ts';
import { type Bucket, readBuckets } from './buckets-query.ts';
import { readExtents } from './extent.ts';
import { partsOf, selectFrom, type SeriesSegment } from './segment-parts.ts';

/** What the readings of a stretch come to, and when the lowest and the highest were measured: of equal ones the first. */
export interface Extremes extends Omit<Bucket, 'time'> {
  readonly minAt: Micros;
  readonly maxAt: Micros;
}

export interface ExtremesRequest {
  readonly seriesIds: readonly number[];
  readonly spans: readonly Span[];
  /** The time zone of `days`. */
  readonly timeZone: string;
  readonly days: LocalDays;
}

/**
 * The extremes of series in stretches of any length, in their order; made of roll-ups as far as these go.
 * @returns for each stretch, by series; those without readings in it have none
 * @throws what the database reports
 */
export function readExtremes(
  pool: Pick<Pool, 'connect'>,
  { spans, ...request }: ExtremesRequest,
): Promise<readonly ReadonlyMap<number, Extremes>[]> {
  return inSnapshot(pool, async (client) => {
    // Of a young station the year is what the month is: what comes of the very same parts is looked up once.
    const known = new Map<string, ReadonlyMap<number, Extremes>>();
    const found = [];
    for (const span of spans) {
      const segments = await planSpan(client, span, request);
      const parts = JSON.stringify(segments);
      const extremes = known.get(parts) ?? (await readSegments(client, segments));
      known.set(parts, extremes);
      found.push(extremes);
    }
    return found;
  });
}

async function planSpan(
  database: Queryable,
  span: Span,
  { seriesIds, timeZone, days }: Omit<ExtremesRequest, 'spans'>,
): Promise<readonly SeriesSegment[]> {
  const { timeZone: rolledZone, series } = await readExtents(database, seriesIds, span, 0);
  // The days in the table may still be those of another zone.
  const coarsest = rolledZone === timeZone ? 'day' : 'hour';
  return series.flatMap(({ seriesId, extent, rolledUp }) =>
    extent === undefined
      ? []
      : planHistory(extent, rolledUp, { coarsest, days }).map((segment) => ({ seriesId, ...segment })),
  );
}

async function readSegments(
  database: Queryable,
  segments: readonly SeriesSegment[],
): Promise<ReadonlyMap<number, Extremes>> {
  if (segments.length === 0) return new Map();
  const start = segments.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY);
  const buckets = await readBuckets(database, segments, { starts: [start] });
  const whole = new Map([...buckets].flatMap(([seriesId, [first]]) => (first ? [[seriesId, first]] : [])));
  return readTimes(database, segments, whole);
}

interface Times {
  readonly seriesId: number;
  readonly minAt: Micros;
  readonly maxAt: Micros;
}

/** Numbers are found first, and their times then looked up: the index has no times in it. */
async function readTimes(
  database: Queryable,
  segments: readonly SeriesSegment[],
  whole: ReadonlyMap<number, Bucket>,
): Promise<ReadonlyMap<number, Extremes>> {
  const found = [...whole];
  if (found.length === 0) return new Map();
  const values: unknown[] = [
    int4Parameter(found.map(([seriesId]) => seriesId)),
    found.map(([, { min }]) => min),
    found.map(([, { max }]) => max),
  ];
  const place = (given: unknown): string => `$${values.push(given)}`;
  const parts = partsOf(segments).map((part) => selectFrom(part, { columns: COLUMNS[part.source], place }));
  const { rows } = await database.query<Times & object>({
    text: `
      SELECT series_id AS "seriesId",
        (extract(epoch FROM min(low_at) FILTER (WHERE low = lowest)) * 1000000)::float8 AS "minAt",
        (extract(epoch FROM min(high_at) FILTER (WHERE high = highest)) * 1000000)::float8 AS "maxAt"
      FROM (${parts.join(' UNION ALL ')}) AS part
      JOIN unnest($1::int4[], $2::float8[], $3::float8[]) AS wanted (series_id, lowest, highest) USING (series_id)
      WHERE low = lowest OR high = highest GROUP BY 1`,
    values,
  });
  return new Map(
    rows.map(({ seriesId, minAt, maxAt }) => {
      const { time: _start, ...sums } = whole.get(seriesId)!;
      return [seriesId, { ...sums, minAt, maxAt }];
    }),
  );
}

const ROLLED_UP = 'min AS low, min_at AS low_at, max AS high, max_at AS high_at';
const COLUMNS: Readonly<Record<HistorySource, string>> = {
  raw: 'value AS low, measured_at AS low_at, value AS high, measured_at AS high_at',
  hour: ROLLED_UP,
  day: ROLLED_UP,
};
