import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { int4Parameter, timestamptzParameter } from '../binary-arrays.ts';
import type { Queryable } from '../queryable.ts';

/** What may go of a series: from `from` on, which is that of the last chunk, to `to`, excluded. */
export interface DueSpan {
  readonly id: number;
  readonly from: Micros;
  readonly to: Micros;
}

/** What has gone of a series. */
export interface Gone {
  readonly id: number;
  readonly count: number;
  readonly last: Micros;
}

const DUE = 'unnest($1::int4[], $2::timestamptz[], $3::timestamptz[]) AS due (id, from_time, to_time)';
const GONE = `
  SELECT series_id AS id, count(*)::int AS count, (extract(epoch FROM max(time)) * 1000000)::float8 AS last
  FROM gone GROUP BY series_id`;

/**
 * Deletes readings from a partition's own table, of each series the oldest first. Those that a mark speaks of stay: they are not in the roll-ups yet.
 * @param table as SQL has it
 * @param limit how many at the most
 * @returns what has gone; if it is less than `limit`, nothing of the spans is left
 * @throws what the database reports; then nothing was deleted
 */
export function deleteReadings(
  database: Queryable,
  table: string,
  due: readonly DueSpan[],
  limit: number,
): Promise<readonly Gone[]> {
  return deleteChunk(
    database,
    due,
    limit,
    `
    WITH gone AS (
      DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT chunk.ctid FROM ${DUE}, LATERAL (
          SELECT ctid FROM ${table} AS reading
          WHERE series_id = due.id AND measured_at >= from_time AND measured_at < to_time AND NOT EXISTS (
            SELECT FROM rollup_marks AS mark
            WHERE mark.series_id = due.id AND mark.from_time <= measured_at AND mark.to_time >= measured_at
          )
          ORDER BY measured_at LIMIT $4
        ) AS chunk LIMIT $4
      )) RETURNING series_id, measured_at AS time
    ) ${GONE}`,
  );
}

/** The same for roll-ups, of which answers of earlier are told to be outdated. */
export function deleteRollups(
  database: Queryable,
  table: 'rollups_hour' | 'rollups_day',
  due: readonly DueSpan[],
  limit: number,
): Promise<readonly Gone[]> {
  return deleteChunk(
    database,
    due,
    limit,
    `
    WITH gone AS (
      DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT chunk.ctid FROM ${DUE}, LATERAL (
          SELECT ctid FROM ${table}
          WHERE series_id = due.id AND bucket >= from_time AND bucket < to_time ORDER BY bucket LIMIT $4
        ) AS chunk LIMIT $4
      )) RETURNING series_id, bucket AS time
    ), locked AS (
      SELECT id FROM series WHERE id IN (SELECT series_id FROM gone) ORDER BY station_id, metric FOR NO KEY UPDATE
    ), counted AS (
      UPDATE series SET rollup_version = rollup_version + 1 WHERE id IN (SELECT id FROM locked)
    ) ${GONE}`,
  );
}

async function deleteChunk(
  database: Queryable,
  due: readonly DueSpan[],
  limit: number,
  text: string,
): Promise<readonly Gone[]> {
  const values = [
    int4Parameter(due.map(({ id }) => id)),
    timestamptzParameter(due.map(({ from }) => from)),
    timestamptzParameter(due.map(({ to }) => to)),
    limit,
  ];
  return (await database.query<Gone & object>({ text, values })).rows;
}

const DELETE_REJECTED = `
  DELETE FROM rejected_messages USING (
    SELECT id, received_at FROM rejected_messages ORDER BY id LIMIT $2
  ) AS oldest
  WHERE rejected_messages.id = oldest.id AND oldest.received_at < $1::timestamptz`;

/**
 * Deletes rejected messages that came before a time. Only the oldest by number are looked at: one that lay in the spool for long may
 * stay until those before it are due.
 * @returns how many have gone
 * @throws what the database reports
 */
export async function deleteRejected(database: Queryable, before: Micros, limit: number): Promise<number> {
  const { rowCount } = await database.query({ text: DELETE_REJECTED, values: [formatMicros(before), limit] });
  return rowCount ?? 0;
}
