import type { Pool } from 'pg';
import { type HistorySource, planHistory } from '../../telemetry/history-plan.ts';
import type { LocalDays } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Span } from '../../telemetry/spans.ts';
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
  readonly seriesId: number;
  readonly spans: readonly Span[];
  /** The time zone of `days`. */
  readonly timeZone: string;
  readonly days: LocalDays;
}

type Extreme = 'min' | 'max';

/**
 * The extremes of a series in stretches of any length, in their order; made of roll-ups as far as these go.
 * @returns `undefined` for a stretch without readings
 * @throws what the database reports
 */
export function readExtremes(
  pool: Pick<Pool, 'connect'>,
  { spans, ...request }: ExtremesRequest,
): Promise<readonly (Extremes | undefined)[]> {
  return inSnapshot(pool, async (client) => {
    const found = [];
    for (const span of spans) found.push(await readWithin(client, span, request));
    return found;
  });
}

async function readWithin(
  database: Queryable,
  span: Span,
  { seriesId, timeZone, days }: Omit<ExtremesRequest, 'spans'>,
): Promise<Extremes | undefined> {
  const { timeZone: rolledZone, series } = await readExtents(database, [seriesId], span, 0);
  const { extent, rolledUp } = series[0] ?? {};
  if (extent === undefined || rolledUp === undefined) return undefined;
  // The days in the table may still be those of another zone.
  const coarsest = rolledZone === timeZone ? 'day' : 'hour';
  const segments = planHistory(extent, rolledUp, { coarsest, days }).map((segment) => ({
    seriesId,
    ...segment,
  }));
  const whole = await readBuckets(database, segments, {
    starts: [Math.min(...segments.map(({ from }) => from))],
  });
  const bucket = whole.get(seriesId)?.[0];
  if (bucket === undefined) return undefined;
  const { time: _start, ...sums } = bucket;
  return {
    ...sums,
    minAt: await timeOf(database, segments, 'min', bucket.min),
    maxAt: await timeOf(database, segments, 'max', bucket.max),
  };
}

/** Numbers are found first, and their times then looked up: the index has no times in it. */
async function timeOf(
  database: Queryable,
  segments: readonly SeriesSegment[],
  extreme: Extreme,
  value: number,
): Promise<Micros> {
  const values: unknown[] = [value];
  const place = (given: unknown): string => `$${values.push(given)}`;
  const parts = partsOf(segments).map((part) =>
    selectFrom(part, { columns: COLUMNS[extreme][part.source], place }),
  );
  const { rows } = await database.query<{ at: Micros }>({
    text: `
      SELECT (extract(epoch FROM min(at)) * 1000000)::float8 AS at
      FROM (${parts.join(' UNION ALL ')}) AS part WHERE value = $1::float8`,
    values,
  });
  return rows[0]!.at;
}

const COLUMNS: Readonly<Record<Extreme, Readonly<Record<HistorySource, string>>>> = {
  min: {
    raw: 'value, measured_at AS at',
    hour: 'min AS value, min_at AS at',
    day: 'min AS value, min_at AS at',
  },
  max: {
    raw: 'value, measured_at AS at',
    hour: 'max AS value, max_at AS at',
    day: 'max AS value, max_at AS at',
  },
};
