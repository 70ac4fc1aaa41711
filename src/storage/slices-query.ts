import type { Pool } from 'pg';
import { EARLIEST_WRITABLE, formatMicros, LATEST_WRITABLE } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';

/** A stretch of time whose readings lie in one partition. */
export interface Slice {
  readonly from: Micros;
  /** Exclusive. */
  readonly to: Micros;
  /** Bytes on disk, index apart: how much there is to be read, as far as that is known. */
  readonly size: number;
}

const EVERYTHING: Slice = { from: EARLIEST_WRITABLE, to: LATEST_WRITABLE, size: 1 };

// The bounds are written and read back by the same settings of the session. Of a partition that an owner has made otherwise,
// they are null.
const BOUNDS = `
  SELECT (extract(epoch FROM bounds[1]::timestamptz) * 1000000)::bigint AS "from",
    (extract(epoch FROM bounds[2]::timestamptz) * 1000000)::bigint AS "to",
    pg_relation_size(inhrelid) AS size
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid LEFT JOIN LATERAL regexp_match(
    pg_get_expr(relpartbound, inhrelid), $re$^FOR VALUES FROM \\('([^']*)'\\) TO \\('([^']*)'\\)$$re$
  ) AS bounds ON true
  WHERE inhparent = 'readings'::regclass`;

/** Those that readings are in, the earliest first. @throws what the database reports */
export async function readSlices(pool: Pool): Promise<readonly Slice[]> {
  const { rows } = await pool.query<{ from: string | null; to: string | null; size: string }>(BOUNDS);
  const slices = rows.flatMap(({ from, to, size }) =>
    from === null || to === null ? [] : [{ from: Number(from), to: Number(to), size: Number(size) + 1 }],
  );
  return slices.length < rows.length ? [EVERYTHING] : slices.toSorted((a, b) => a.from - b.from);
}

// A row is looked for by the key, once a series; as EXISTS, the planner may go through all of the partition instead.
const FILLED = `
  SELECT id FROM unnest($1::int[]) WITH ORDINALITY AS wanted (id, place), LATERAL (
    SELECT FROM readings WHERE series_id = id AND measured_at >= $2::timestamptz AND measured_at < $3::timestamptz LIMIT 1
  ) AS one
  ORDER BY place`;

/** Which of the series have readings in the slice, in the order in which they are given. @throws what the database reports */
export async function findFilled(
  pool: Pool,
  seriesIds: readonly number[],
  { from, to }: Pick<Slice, 'from' | 'to'>,
): Promise<readonly number[]> {
  const values = [seriesIds, formatMicros(from), formatMicros(to)];
  const { rows } = await pool.query<{ id: number }>(FILLED, values);
  return rows.map(({ id }) => id);
}
