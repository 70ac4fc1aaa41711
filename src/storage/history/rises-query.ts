import type { HistorySource } from '../../telemetry/history-plan.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import { IS_COUNT, stepSql } from '../rollups/kinds.ts';
import { bucketOf, type Buckets } from './buckets-query.ts';
import { partsOf, selectFrom, type SeriesSegment } from './segment-parts.ts';

/** By when a bucket begins. One without a count in it has none. */
export type Rises = ReadonlyMap<Micros, number>;

const COLUMNS: Readonly<Record<HistorySource, { columns: string; where: string }>> = {
  raw: { columns: '0::float8 AS rise, value AS rise_from, value AS rise_to', where: IS_COUNT },
  hour: { columns: 'rise, rise_from, rise_to', where: 'rise IS NOT NULL' },
  day: { columns: 'rise, rise_from, rise_to', where: 'rise IS NOT NULL' },
};

/**
 * By how much counters have risen with the readings of each bucket, each from the count before it, in whichever bucket that is: so the rises of
 * all buckets are that of the whole, however wide they are.
 * @param segments of counters alone
 * @param before the last count of a series before its first segment, where there is one
 * @returns for each series that has any
 * @throws what the database reports
 */
export async function readRises(
  database: Queryable,
  segments: readonly SeriesSegment[],
  { buckets, before }: { readonly buckets: Buckets; readonly before: ReadonlyMap<number, number> },
): Promise<ReadonlyMap<number, Rises>> {
  const bySeries = new Map<number, Map<Micros, number>>();
  if (segments.length === 0) return bySeries;
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const bucket = bucketOf(buckets, place);
  const parts = partsOf(segments).map((part) => selectFrom(part, { ...COLUMNS[part.source], place }));
  const [ids, counts] = [place([...before.keys()]), place([...before.values()])];
  const known = `unnest(${ids}::int4[], ${counts}::float8[]) AS known (series_id, count)`;
  const { rows } = await database.query<{ seriesId: number; time: Micros; rise: number }>({
    text: `
      SELECT series_id AS "seriesId", (extract(epoch FROM bucket) * 1000000)::float8 AS time,
        sum(rise + ${stepSql('before', 'rise_from')}) AS rise
      FROM (
        SELECT series_id, ${bucket} AS bucket, rise, rise_from,
          coalesce(lag(rise_to) OVER (PARTITION BY series_id ORDER BY time, rise_from), known.count) AS before
        FROM (${parts.join(' UNION ALL ')}) AS part LEFT JOIN ${known} USING (series_id)
      ) AS walked GROUP BY 1, 2`,
    values,
  });
  for (const { seriesId, time, rise } of rows) {
    const rises = bySeries.get(seriesId) ?? new Map<Micros, number>();
    rises.set(time, rise);
    bySeries.set(seriesId, rises);
  }
  return bySeries;
}
