import type { Pool } from 'pg';
import type { Rejection } from '../telemetry/reading.ts';
import {
  REJECTED_COLUMNS,
  type RejectedRow,
  type SelectedRejected,
  toRejectedRow,
} from './rejected-query.ts';

/** Which rejected messages; all that fit what is given. */
export interface RejectedFilter {
  readonly ids?: readonly number[] | undefined;
  readonly reason?: string | undefined;
  readonly topic?: string | undefined;
}

const FITS = `($1::bigint[] IS NULL OR id = ANY ($1)) AND ($2::text IS NULL OR reason = $2) AND ($3::text IS NULL OR topic = $3)`;

/** How many fit. @throws what the database reports */
export async function countFitting(pool: Pool, filter: RejectedFilter): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM rejected_messages WHERE ${FITS}`,
    valuesOf(filter),
  );
  return rows[0]!.count;
}

/** The oldest of those that were kept after `afterId`. @throws what the database reports */
export async function readFitting(
  pool: Pool,
  filter: RejectedFilter,
  afterId: number,
  limit: number,
): Promise<readonly RejectedRow[]> {
  const { rows } = await pool.query<SelectedRejected>(
    `SELECT ${REJECTED_COLUMNS} FROM rejected_messages WHERE ${FITS} AND id > $4 ORDER BY id LIMIT $5`,
    [...valuesOf(filter), afterId, limit],
  );
  return rows.map(toRejectedRow);
}

function valuesOf({ ids, reason, topic }: RejectedFilter): unknown[] {
  return [ids ?? null, reason ?? null, topic ?? null];
}

/**
 * Takes messages away of which everything is stored now.
 * @throws what the database reports
 */
export async function removeRejected(pool: Pool, ids: readonly number[]): Promise<void> {
  await pool.query('DELETE FROM rejected_messages WHERE id = ANY ($1::bigint[])', [ids]);
}

/** Says of a message why a part of it is still not stored. @throws what the database reports */
export async function noteStillRejected(
  pool: Pool,
  id: number,
  { reason, detail }: Rejection,
): Promise<void> {
  await pool.query('UPDATE rejected_messages SET reason = $2, detail = $3 WHERE id = $1', [
    id,
    reason,
    detail,
  ]);
}
