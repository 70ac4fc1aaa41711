import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import type { SeriesBounds } from './bounds.ts';
import { countDue, type Due, type DueCount, statementsFor, sumOf } from './count-due.ts';
import { listPartitions, type Partition, partitionLabel } from './partition-list.ts';
import { type DueSeries, isWhollyDue } from './wholly-due.ts';

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

/** @param share of all that is to be counted, from 0 to 1 */
export type OnCounted = (share: number, rows: number) => void;

interface DuePartition {
  readonly partition: Partition;
  readonly due: Due;
}

/**
 * What would go now, if roll-ups were up to date. Only reads.
 * @throws what the database reports
 */
export async function planExpiry(
  database: Queryable,
  bounds: readonly SeriesBounds[],
  onCounted: OnCounted = () => {},
): Promise<ExpiryPlan> {
  const until = bounds.reduce((latest, { readingsBefore }) => Math.max(latest, readingsBefore), -Infinity);
  const ends = bounds.map(({ id, readingsBefore }) => ({ id, before: readingsBefore }));
  const due = (await listPartitions(database))
    .filter(({ from }) => from < until)
    .map((partition): DuePartition => ({ partition, due: dueOf(partition, ends) }));
  const ofRollups = rollupsDue(bounds);
  const count = createCount(database, [...due.map(({ due: of }) => of), ...ofRollups], onCounted);
  const ofSeries = new Map<number, number>();
  const partitions: PartitionPlan[] = [];
  for (const { partition, due: ofPartition } of due) {
    const counts = await count(ofPartition);
    for (const { id, count: more } of counts) ofSeries.set(id, (ofSeries.get(id) ?? 0) + more);
    const isWhole = partition.to <= until && (await isWhollyDue(database, partition, ends));
    const readings = sumOf(counts);
    if (isWhole || readings > 0) partitions.push(describe(partition, readings, isWhole));
  }
  const series = bounds.flatMap(({ id, station, metric, readingsBefore }) => {
    const readings = ofSeries.get(id);
    return readings === undefined ? [] : [{ station, metric, before: readingsBefore, readings }];
  });
  let rollups = 0;
  for (const one of ofRollups) rollups += sumOf(await count(one));
  return { partitions, series, rollups };
}

/** Counts, and tells how far it has come with all that is to be counted. */
function createCount(
  database: Queryable,
  all: readonly Due[],
  onCounted: OnCounted,
): (due: Due) => Promise<readonly DueCount[]> {
  const statements = all.reduce((sum, due) => sum + statementsFor(due), 0);
  let done = 0;
  let rows = 0;
  return (due) =>
    countDue(database, due, (more) => {
      done += 1;
      rows += more;
      onCounted(done / statements, rows);
    });
}

function dueOf({ name, from, to }: Partition, ends: readonly DueSeries[]): Due {
  const spans = ends
    .filter(({ before }) => before > from)
    .map(({ id, before }) => ({ id, to: Math.min(before, to) }));
  return { table: name, timeColumn: 'measured_at', spans };
}

function describe(partition: Partition, readings: number, isWhole: boolean): PartitionPlan {
  const share = isWhole ? 1 : Math.min(1, readings / Math.max(partition.rows, readings));
  return { month: partitionLabel(partition), readings, bytes: Math.round(partition.bytes * share), isWhole };
}

/** Roll-ups of readings that have expired, or would. */
function rollupsDue(bounds: readonly SeriesBounds[]): readonly Due[] {
  const spans = bounds
    .map(({ id, rawFrom, readingsBefore, rollupsBefore }) => ({
      id,
      to: Math.min(rollupsBefore, Math.max(rawFrom, readingsBefore)),
    }))
    .filter(({ to }) => to > -Infinity);
  return ['rollups_hour', 'rollups_day'].map((table) => ({ table, timeColumn: 'bucket', spans }));
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
