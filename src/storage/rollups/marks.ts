import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';

/** What was changed of one series, both ends included. */
export interface Mark {
  readonly seriesId: number;
  readonly from: Micros;
  readonly to: Micros;
}

const TAKE = `
  DELETE FROM rollup_marks WHERE id = ANY (ARRAY(SELECT id FROM rollup_marks ORDER BY id LIMIT $1))
  RETURNING series_id AS "seriesId", (extract(epoch FROM from_time) * 1000000)::float8 AS "from",
    (extract(epoch FROM to_time) * 1000000)::float8 AS "to"`;
// In the order in which ingest locks series that it makes, so that neither waits for the other in a circle.
const COUNT_UP = `
  UPDATE series SET rollup_version = rollup_version + 1 WHERE id IN (
    SELECT id FROM series WHERE id = ANY ($1) ORDER BY station_id, metric FOR NO KEY UPDATE
  )`;

/** Deletes the oldest marks, in a transaction of the caller's that mends what they speak of. @throws what the database reports */
export async function takeMarks(database: Queryable, limit: number): Promise<readonly Mark[]> {
  return (await database.query<Mark & object>({ text: TAKE, values: [limit] })).rows;
}

/**
 * Says that something about the past of these series has changed. To be called last in a transaction: ingest waits for it
 * where it gives a series its unit. @throws what the database reports
 */
export async function countVersionsUp(database: Queryable, seriesIds: readonly number[]): Promise<void> {
  await database.query({ text: COUNT_UP, values: [seriesIds] });
}
