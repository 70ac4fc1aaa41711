import type { PoolClient } from 'pg';
import type { Segment } from '../../telemetry/history-plan.ts';
import { type Buckets, readBuckets } from './buckets-query.ts';
import { readCountBefore } from './count-before.ts';
import { readDirections } from './directions-query.ts';
import type { SeriesExtent } from './extent.ts';
import { type HistoryBucket, ofDirections, ofValues } from './history-bucket.ts';
import { type Rises, readRises } from './rises-query.ts';
import type { SeriesSegment } from './segment-parts.ts';

/** A series, and where its history is taken from, in order. */
export interface PlannedSeries extends Pick<SeriesExtent, 'seriesId' | 'kind' | 'rolledUp'> {
  readonly segments: readonly Segment[];
}

/**
 * The buckets of series, as their kinds have them: series of values cost one statement, whatever else is among them.
 * @returns for each series that has any, in their order
 * @throws what the database reports
 */
export async function readByKind(
  client: PoolClient,
  planned: readonly PlannedSeries[],
  buckets: Buckets,
): Promise<ReadonlyMap<number, readonly HistoryBucket[]>> {
  const segmentsOf = (series: readonly PlannedSeries[]): SeriesSegment[] =>
    series.flatMap(({ seriesId, segments }) => segments.map((segment) => ({ seriesId, ...segment })));
  const directions = planned.filter(({ kind }) => kind === 'direction');
  const values = planned.filter(({ kind }) => kind !== 'direction');
  const counters = planned.filter(({ kind }) => kind === 'counter');
  const before = await readCountsBefore(client, counters);
  const found = {
    values: await readBuckets(client, segmentsOf(values), buckets),
    directions: await readDirections(client, segmentsOf(directions), buckets),
    rises: await readRises(client, segmentsOf(counters), { buckets, before }),
  };
  const bySeries = new Map<number, readonly HistoryBucket[]>();
  for (const { seriesId, kind } of planned) {
    const rises: Rises | undefined = found.rises.get(seriesId);
    const made =
      kind === 'direction'
        ? found.directions.get(seriesId)?.map(ofDirections)
        : kind === 'plain'
          ? found.values.get(seriesId)
          : found.values.get(seriesId)?.map((bucket) => ofValues(kind, bucket, rises));
    if (made !== undefined) bySeries.set(seriesId, made);
  }
  return bySeries;
}

/** The last count of each counter before what is read of it, where there is one. */
async function readCountsBefore(
  client: PoolClient,
  counters: readonly PlannedSeries[],
): Promise<ReadonlyMap<number, number>> {
  const before = new Map<number, number>();
  for (const { seriesId, segments, rolledUp } of counters) {
    const time = segments[0]?.from;
    if (time === undefined) continue;
    const count = await readCountBefore(client, seriesId, { time, rawFrom: rolledUp.rawFrom });
    if (count !== undefined) before.set(seriesId, count);
  }
  return before;
}
