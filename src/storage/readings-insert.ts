import type { Pool, QueryConfig } from 'pg';
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
  )
  SELECT min(position)::int4 - 1 AS index
  FROM inserted JOIN input USING (series_id, measured_at, value) GROUP BY series_id, measured_at, value`;
// OFFSET 0 keeps the planner from joining with the whole table: each row is looked up by its key.
const FIND_OURS = `
  SELECT min(position)::int4 - 1 AS index
  FROM ${INPUT} WITH ORDINALITY AS input (series_id, measured_at, value, received_at, position),
  LATERAL (
    SELECT received_at FROM readings
    WHERE series_id = input.series_id AND measured_at = input.measured_at AND value = input.value OFFSET 0
  ) AS stored
  WHERE stored.received_at = input.received_at
  GROUP BY series_id, measured_at, value`;

/**
 * Inserts the rows in one statement, which commits by itself. Rows whose key is there already are duplicates and
 * are left out. A plain INSERT is tried first, for it is a third faster and duplicates are rare.
 * @returns the indexes of the rows that are new; `'all'` if all are
 * @throws what the database reports; then none of the rows was stored
 */
export async function insertReadings(
  pool: Pool,
  columns: ReadingColumns,
): Promise<'all' | ReadonlySet<number>> {
  const values = toParameters(columns);
  try {
    // A named statement is parsed and planned once a connection.
    await pool.query({ name: 'insert-readings', text: INSERT, values });
    return 'all';
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  return readIndexes(pool, { name: 'insert-new-readings', text: INSERT_NEW, values });
}

/**
 * Which of the rows an earlier attempt has stored of whose end we never heard: they are there with the same time of
 * receipt, which no other message has. A redelivered reading is there with that of its first delivery.
 * @returns their indexes
 * @throws what the database reports
 */
export function findOurs(pool: Pool, columns: ReadingColumns): Promise<ReadonlySet<number>> {
  return readIndexes(pool, { name: 'find-ours', text: FIND_OURS, values: toParameters(columns) });
}

function toParameters(columns: ReadingColumns): Buffer[] {
  return [
    int4Array(columns.seriesIds),
    timestamptzArray(columns.measuredAt),
    float8Array(columns.values),
    timestamptzArray(columns.receivedAt),
  ];
}

async function readIndexes(pool: Pool, query: QueryConfig): Promise<ReadonlySet<number>> {
  const { rows } = await pool.query<{ index: number }>(query);
  return new Set(rows.map(({ index }) => index));
}
