import type { Pool } from 'pg';
import { readFloat8Array, readTimestamptzArray } from './binary-arrays.ts';
import { chooseReadings, type ReadingsRequest } from './readings-query.ts';

/** Readings of one series, as columns of one length. */
export interface Chunk {
  /** In Unix microseconds. */
  readonly measuredAt: Float64Array;
  /** In the series' unit. */
  readonly value: Float64Array;
  /** In Unix microseconds. */
  readonly receivedAt: Float64Array;
}

/**
 * As {@link readReadings}, for very many rows: a column comes in one piece, for which neither side writes or reads numbers
 * as text, and takes a third less time. In base64, for `pg` takes what is binary for UTF-8.
 * @throws what the database reports
 */
export async function readChunk(pool: Pool, request: ReadingsRequest): Promise<Chunk> {
  const { text, values } = chooseReadings(request);
  const { rows } = await pool.query<Record<keyof Chunk, string | null>>(
    `SELECT ${column('measured_at')} AS "measuredAt", ${column('value')} AS value,
       ${column('received_at')} AS "receivedAt"
     FROM (SELECT measured_at, value, received_at ${text}) AS chunk`,
    values,
  );
  const { measuredAt, value, receivedAt } = rows[0]!;
  if (measuredAt === null || value === null || receivedAt === null) return EMPTY;
  return {
    measuredAt: readTimestamptzArray(Buffer.from(measuredAt, 'base64')),
    value: readFloat8Array(Buffer.from(value, 'base64')),
    receivedAt: readTimestamptzArray(Buffer.from(receivedAt, 'base64')),
  };
}

const NONE = new Float64Array(0);
const EMPTY: Chunk = { measuredAt: NONE, value: NONE, receivedAt: NONE };

/** The aggregate takes the rows in the order of the subquery. */
function column(name: string): string {
  return `encode(array_send(array_agg(${name})), 'base64')`;
}
