import type { QueryConfig } from 'pg';
import type { Micros } from '../telemetry/reading.ts';
import { Float8Array, Int4Array, TimestamptzArray } from './binary-arrays.ts';
import { isUniqueViolation, SERIES_REMOVED } from './failure.ts';
import type { Queryable } from './queryable.ts';

/** A row of `readings`. */
export interface ReadingRow {
  readonly seriesId: number;
  readonly measuredAt: Micros;
  readonly value: number;
  readonly receivedAt: Micros;
}

// In the list of what is selected, the arrays are taken apart element by element; in FROM they would first be laid out as
// a table, which is a tenth slower.
const INSERT = `
  INSERT INTO readings (series_id, measured_at, value, received_at)
  SELECT unnest($1::int4[]), unnest($2::timestamptz[]), unnest($3::float8[]), unnest($4::timestamptz[])`;
const INPUT = 'unnest($1::int4[], $2::timestamptz[], $3::float8[], $4::timestamptz[])';
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

// A row that is there is not inserted, and the trigger of the table has nothing to refuse.
const FIND_REMOVED = 'SELECT FROM removed_series WHERE series_id = ANY ($1::int4[]) LIMIT 1';

/**
 * Inserts the rows in one statement, which commits by itself, unless there is a transaction around it: one of {@link inTransaction}, in which
 * a removal can be seen that was committed since it began. Rows whose key is there already are duplicates and
 * are left out. A plain INSERT is tried first, for it is a third faster and duplicates are rare.
 * @returns the indexes of the rows that are new; `'all'` if all are
 * @throws what the database reports; then none of the rows was stored, but for the new ones where the station of others was removed
 */
export async function insertReadings(
  database: Queryable,
  rows: readonly ReadingRow[],
): Promise<'all' | ReadonlySet<number>> {
  const values = toParameters(rows);
  try {
    // A named statement is parsed once a connection.
    await database.query({ name: 'insert-readings', text: INSERT, values });
    return 'all';
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  const inserted = await readIndexes(database, { name: 'insert-new-readings', text: INSERT_NEW, values });
  if (inserted.size < rows.length) {
    // What it repeats may be what is left of a station that was removed: it would be acknowledged, and go with the rest.
    const removed = await database.query({ name: 'find-removed', text: FIND_REMOVED, values: [values[0]] });
    if (removed.rows.length > 0) throw new SeriesRemovedError();
  }
  return inserted;
}

/** Says what the trigger of the table says. */
class SeriesRemovedError extends Error {
  override readonly name = 'SeriesRemovedError';
  readonly code = SERIES_REMOVED;

  constructor() {
    super('the station of these readings was removed');
  }
}

/**
 * Which of the rows an earlier attempt has stored of whose end we never heard: they are there with the same time of
 * receipt, which no other message has. A redelivered reading is there with that of its first delivery.
 * @returns their indexes
 * @throws what the database reports
 */
export function findOurs(database: Queryable, rows: readonly ReadingRow[]): Promise<ReadonlySet<number>> {
  return readIndexes(database, { name: 'find-ours', text: FIND_OURS, values: toParameters(rows) });
}

function toParameters(rows: readonly ReadingRow[]): Buffer[] {
  const seriesIds = new Int4Array(rows.length);
  const measuredAt = new TimestamptzArray(rows.length);
  const values = new Float8Array(rows.length);
  const receivedAt = new TimestamptzArray(rows.length);
  for (const row of rows) {
    seriesIds.push(row.seriesId);
    measuredAt.push(row.measuredAt);
    values.push(row.value);
    receivedAt.push(row.receivedAt);
  }
  return [seriesIds, measuredAt, values, receivedAt].map(({ parameter }) => parameter);
}

async function readIndexes(database: Queryable, query: QueryConfig): Promise<ReadonlySet<number>> {
  const { rows } = await database.query<{ index: number }>(query);
  return new Set(rows.map(({ index }) => index));
}
