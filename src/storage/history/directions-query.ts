import { meanDirection } from '../../telemetry/wind-direction.ts';
import type { HistorySource } from '../../telemetry/history-plan.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import { COSINE, SINE } from '../rollups/kinds.ts';
import { bucketOf, type Buckets } from './buckets-query.ts';
import { partsOf, selectFrom, type SeriesSegment } from './segment-parts.ts';

/** What the directions of one series in a stretch of time come to. */
export interface DirectionBucket {
  readonly time: Micros;
  readonly count: number;
  /** In degrees; `null` where directions cancel each other out. */
  readonly avg: number | null;
}

interface Row {
  readonly seriesId: number;
  readonly time: Micros;
  readonly count: number;
  readonly sineSum: number;
  readonly cosineSum: number;
}

const COLUMNS: Readonly<Record<HistorySource, string>> = {
  raw: `1::float8 AS count, ${SINE} AS sine_sum, ${COSINE} AS cosine_sum`,
  hour: 'count::float8 AS count, sine_sum, cosine_sum',
  day: 'count::float8 AS count, sine_sum, cosine_sum',
};

/** As a statement: series_id, time, count, sine_sum and cosine_sum, of segments of series of directions. */
export function selectDirections(
  segments: readonly SeriesSegment[],
  place: (value: unknown) => string,
): string {
  const parts = partsOf(segments).map((part) =>
    selectFrom(part, {
      columns: COLUMNS[part.source],
      place,
      // Which all of theirs have; said so that an index alone is enough.
      ...(part.source !== 'raw' && { where: 'sine_sum IS NOT NULL' }),
    }),
  );
  return parts.join(' UNION ALL ');
}

/**
 * The buckets of segments of series of directions; one with nothing in it is left out.
 * @returns for each series that has any, in their order
 * @throws what the database reports
 */
export async function readDirections(
  database: Queryable,
  segments: readonly SeriesSegment[],
  buckets: Buckets,
): Promise<ReadonlyMap<number, readonly DirectionBucket[]>> {
  const bySeries = new Map<number, DirectionBucket[]>();
  if (segments.length === 0) return bySeries;
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const bucket = bucketOf(buckets, place);
  const { rows } = await database.query<Row & object>({
    text: `
      SELECT series_id AS "seriesId", (extract(epoch FROM bucket) * 1000000)::float8 AS time, count,
        sine_sum AS "sineSum", cosine_sum AS "cosineSum"
      FROM (
        SELECT series_id, ${bucket} AS bucket, sum(count) AS count, sum(sine_sum) AS sine_sum, sum(cosine_sum) AS cosine_sum
        FROM (${selectDirections(segments, place)}) AS part GROUP BY 1, 2
      ) AS bucketed ORDER BY 1, 2`,
    values,
  });
  for (const { seriesId, time, count, sineSum, cosineSum } of rows) {
    const known = bySeries.get(seriesId) ?? [];
    known.push({ time, count, avg: meanDirection(sineSum, cosineSum, count) });
    bySeries.set(seriesId, known);
  }
  return bySeries;
}
