import type { Pool } from 'pg';
import type { Micros } from '../telemetry/reading.ts';
import { float8Array, int4Array, timestamptzArray } from './binary-arrays.ts';
import { isUniqueViolation } from './failure.ts';

/** Rows of `readings`, by column: the shape in which they are sent. All arrays are of one length. */
export interface ReadingColumns {
  readonly seriesIds: readonly number[];
  readonly measuredAt: readonly Micros[];
  readonly values: readonly number[];
  readonly receivedAt: readonly Micros[];
}

const INPUT = 'unnest($1::int4[], $2::timestamptz[], $3::float8[], $4::timestamptz[])';
const INSERT = `
  INSERT INTO readings (series_id, measured_at, value, received_at)
  SELECT * FROM ${INPUT}`;
const INSERT_NEW = `
  WITH input AS (
    SELECT * FROM ${INPUT} WITH ORDINALITY AS input (series_id, measured_at, value, received_at, position)
  ), inserted AS (
    INSERT INTO readings (series_id, measured_at, value, received_at)
    SELECT series_id, measured_at, value, received_at FROM input
    ON CONFLICT DO NOTHING
    RETURNING series_id, measured_at, value
  ), ours AS (
    SELECT series_id, measured_at, value, position FROM input JOIN inserted USING (series_id, measured_at, value)
    UNION ALL
    SELECT series_id, measured_at, value, position
    FROM input JOIN readings USING (series_id, measured_at, value, received_at)
  )
  SELECT min(position)::int4 - 1 AS index FROM ours GROUP BY series_id, measured_at, value`;

/**
 * Inserts the rows in one statement, which commits by itself. Rows whose key is there already are duplicates and
 * are left out. A plain INSERT is tried first, for it is a third faster and duplicates are rare.
 *
 * A row that is there with the same time of receipt is our own: it was stored by an attempt of which we never heard
 * the end. It counts as new, so that whoever waits for new readings gets it.
 * @returns the indexes of the rows that are new; `'all'` if all are
 * @throws what the database reports; then none of the rows was stored
 */
export async function insertReadings(
  pool: Pool,
  columns: ReadingColumns,
): Promise<'all' | ReadonlySet<number>> {
  const values = [
    int4Array(columns.seriesIds),
    timestamptzArray(columns.measuredAt),
    float8Array(columns.values),
    timestamptzArray(columns.receivedAt),
  ];
  try {
    // A named statement is parsed and planned once a connection.
    await pool.query({ name: 'insert-readings', text: INSERT, values });
    return 'all';
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  const { rows } = await pool.query<{ index: number }>({
    name: 'insert-new-readings',
    text: INSERT_NEW,
    values,
  });
  return new Set(rows.map(({ index }) => index));
}
