import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';

/** What was changed of one series, both ends included. */
export interface Mark {
  readonly seriesId: number;
  readonly from: Micros;
  readonly to: Micros;
}

/** The largest bigint. */
const LAST_ID = '9223372036854775807';

// A backlog marks the same hours with each of its batches: one mending serves all who speak of nothing else.
const TAKE = `
  WITH hours AS MATERIALIZED (
    SELECT DISTINCT series_id, date_bin('1 hour', from_time, 'epoch') AS from_time,
      date_bin('1 hour', to_time, 'epoch') + interval '1 hour' AS to_time
    FROM (SELECT * FROM rollup_marks WHERE id <= $2::bigint ORDER BY id LIMIT $1) AS oldest
  )
  DELETE FROM rollup_marks AS mark USING hours
  WHERE mark.series_id = hours.series_id AND mark.from_time >= hours.from_time AND mark.from_time < hours.to_time
    AND mark.to_time < hours.to_time
  RETURNING mark.series_id AS "seriesId", (extract(epoch FROM mark.from_time) * 1000000)::float8 AS "from",
    (extract(epoch FROM mark.to_time) * 1000000)::float8 AS "to"`;
// In the order in which ingest locks series that it makes, so that neither waits for the other in a circle.
const COUNT_UP = `
  UPDATE series SET rollup_version = rollup_version + 1 WHERE id IN (
    SELECT id FROM series WHERE id = ANY ($1) ORDER BY station_id, metric FOR NO KEY UPDATE
  )`;

/**
 * Deletes the oldest marks, and all others that lie within their hours, in a transaction of the caller's that mends what they speak of.
 * @param limit how many of the oldest
 * @param newest the id of the last that may be one of these; all unless given
 * @throws what the database reports
 */
export async function takeMarks(
  database: Queryable,
  limit: number,
  newest = LAST_ID,
): Promise<readonly Mark[]> {
  return (await database.query<Mark & object>({ text: TAKE, values: [limit, newest] })).rows;
}

/**
 * Says that something about the past of these series has changed. To be called last in a transaction: ingest waits for it
 * where it gives a series its unit. @throws what the database reports
 */
export async function countVersionsUp(database: Queryable, seriesIds: readonly number[]): Promise<void> {
  await database.query({ text: COUNT_UP, values: [seriesIds] });
}
