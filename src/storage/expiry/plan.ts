import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import type { SeriesBounds } from './bounds.ts';
import { countDue, type DueSpan } from './count-due.ts';
import { listPartitions, type Partition, partitionLabel } from './partition-list.ts';
import { isWhollyDue } from './wholly-due.ts';

/** What a partition would lose. */
export interface PartitionPlan {
  /** `2026-11` */
  readonly month: string;
  readonly readings: number;
  /** Of the whole, all that it takes on disk; of a part, so much of that as its readings are of all. */
  readonly bytes: number;
  readonly isWhole: boolean;
}

export interface SeriesPlan {
  readonly station: string;
  readonly metric: string;
  /** Before what time. */
  readonly before: Micros;
  readonly readings: number;
}

export interface ExpiryPlan {
  readonly partitions: readonly PartitionPlan[];
  readonly series: readonly SeriesPlan[];
  /** By hour and by day. */
  readonly rollups: number;
}

/**
 * What would go now, if roll-ups were up to date. Only reads.
 * @throws what the database reports
 */
export async function planExpiry(database: Queryable, bounds: readonly SeriesBounds[]): Promise<ExpiryPlan> {
  const until = bounds.reduce((latest, { readingsBefore }) => Math.max(latest, readingsBefore), -Infinity);
  const due = bounds.map(({ id, readingsBefore }) => ({ id, before: readingsBefore }));
  const ofSeries = new Map<number, number>();
  const partitions: PartitionPlan[] = [];
  for (const partition of (await listPartitions(database)).filter(({ from }) => from < until)) {
    const spans = due
      .filter(({ before }) => before > partition.from)
      .map(({ id, before }) => ({ id, to: Math.min(before, partition.to) }));
    const counts = await countDue(database, partition.name, 'measured_at', spans);
    for (const { id, count } of counts) ofSeries.set(id, (ofSeries.get(id) ?? 0) + count);
    const isWhole = partition.to <= until && (await isWhollyDue(database, partition, due));
    const readings = counts.reduce((sum, { count }) => sum + count, 0);
    if (isWhole || readings > 0) partitions.push(describe(partition, readings, isWhole));
  }
  const series = bounds.flatMap(({ id, station, metric, readingsBefore }) => {
    const readings = ofSeries.get(id);
    return readings === undefined ? [] : [{ station, metric, before: readingsBefore, readings }];
  });
  return { partitions, series, rollups: await countRollups(database, bounds) };
}

function describe(partition: Partition, readings: number, isWhole: boolean): PartitionPlan {
  const share = isWhole ? 1 : Math.min(1, readings / Math.max(partition.rows, readings));
  return { month: partitionLabel(partition), readings, bytes: Math.round(partition.bytes * share), isWhole };
}

/** Those of readings that have expired, or would. */
async function countRollups(database: Queryable, bounds: readonly SeriesBounds[]): Promise<number> {
  const spans: readonly DueSpan[] = bounds
    .map(({ id, rawFrom, readingsBefore, rollupsBefore }) => ({
      id,
      to: Math.min(rollupsBefore, Math.max(rawFrom, readingsBefore)),
    }))
    .filter(({ to }) => to > -Infinity);
  let rollups = 0;
  for (const table of ['rollups_hour', 'rollups_day']) {
    const counts = await countDue(database, table, 'bucket', spans);
    rollups += counts.reduce((sum, { count }) => sum + count, 0);
  }
  return rollups;
}

/** How many rejected messages came before a time. @throws what the database reports */
export function countRejectedBefore(database: Queryable, time: Micros): Promise<number> {
  return countBefore(
    database,
    time,
    'SELECT count(*)::float8 AS count FROM rejected_messages WHERE received_at < $1',
  );
}

/** How many entries of channels are of a time before. @throws what the database reports */
export function countChannelEntriesBefore(database: Queryable, time: Micros): Promise<number> {
  return countBefore(
    database,
    time,
    'SELECT count(*)::float8 AS count FROM channel_entries WHERE created_at < $1',
  );
}

async function countBefore(database: Queryable, time: Micros, text: string): Promise<number> {
  if (time === -Infinity) return 0;
  const { rows } = await database.query<{ count: number }>({ text, values: [formatMicros(time)] });
  return rows[0]!.count;
}
