import { int4Parameter, timestamptzParameter } from '../binary-arrays.ts';
import { EARLIEST_WRITABLE } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import type { Partition } from './partition-list.ts';

/** Until when the readings of a series may go. */
export interface DueSeries {
  readonly id: number;
  /** `-Infinity`: not at all. */
  readonly before: Micros;
}

const SERIES_AT_A_TIME = 5_000;

/**
 * Whether a partition has had readings, and none of them is to stay. What comes for it afterwards has a mark.
 * @throws what the database reports
 */
export async function isWhollyDue(
  database: Queryable,
  partition: Pick<Partition, 'name' | 'to' | 'isFresh'>,
  series: readonly DueSeries[],
): Promise<boolean> {
  if (partition.isFresh) return false;
  const others = series.filter(({ before }) => before < partition.to);
  for (let at = 0; at < others.length; at += SERIES_AT_A_TIME) {
    if (await hasReadings(database, partition.name, others.slice(at, at + SERIES_AT_A_TIME))) return false;
  }
  return true;
}

/** Whether there are readings of these series that are not due. */
async function hasReadings(
  database: Queryable,
  table: string,
  series: readonly DueSeries[],
): Promise<boolean> {
  const { rows } = await database.query<{ found: boolean }>({
    text: `SELECT EXISTS (
      SELECT FROM unnest($1::int4[], $2::timestamptz[]) AS kept (id, from_time), LATERAL (
        SELECT FROM ${table} WHERE series_id = kept.id AND measured_at >= from_time LIMIT 1
      ) AS reading
    ) AS found`,
    values: [
      int4Parameter(series.map(({ id }) => id)),
      timestamptzParameter(series.map(({ before }) => Math.max(before, EARLIEST_WRITABLE))),
    ],
  });
  return rows[0]!.found;
}
