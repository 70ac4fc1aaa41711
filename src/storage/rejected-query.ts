import type { Pool } from 'pg';
import type { Micros } from '../telemetry/reading.ts';

/** A message that was refused, or a part of one, as it was kept. */
export interface RejectedRow {
  readonly id: number;
  readonly receivedAt: Micros;
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly clientId: string | null;
  readonly reason: string;
  readonly detail: string;
}

export interface RejectedRequest {
  readonly limit: number;
  readonly reason?: string | undefined;
  /** Only those kept before this one. */
  readonly beforeId?: number | undefined;
}

export interface RejectedPage {
  readonly rows: readonly RejectedRow[];
  /** Whether there are older ones. */
  readonly more: boolean;
}

/** A page ends early rather than hold more than this in memory; its first payload is always given. */
const MOST_PAYLOAD_BYTES = 4 * 1024 * 1024;

/** Of a {@link SelectedRejected}. */
export const REJECTED_COLUMNS = `id, (extract(epoch FROM received_at) * 1000000)::bigint AS "receivedAt", topic, payload, qos,
  client_id AS "clientId", reason, detail`;

const SELECT_REJECTED = `
  WITH page AS (
    SELECT *, sum(octet_length(payload)) OVER (ORDER BY id DESC) AS bytes,
      row_number() OVER (ORDER BY id DESC) AS place, count(*) OVER () AS found
    FROM (
      SELECT * FROM rejected_messages
      WHERE ($1::text IS NULL OR reason = $1) AND ($2::bigint IS NULL OR id < $2)
      ORDER BY id DESC LIMIT $3::bigint + 1
    ) AS newest
  )
  SELECT ${REJECTED_COLUMNS}, found
  FROM page WHERE place <= $3 AND (bytes <= ${MOST_PAYLOAD_BYTES} OR place = 1) ORDER BY id DESC`;

/** A row as the database gives it. */
export interface SelectedRejected extends Omit<RejectedRow, 'id' | 'receivedAt'> {
  readonly id: string;
  readonly receivedAt: string;
}

export function toRejectedRow({
  id,
  receivedAt,
  topic,
  payload,
  qos,
  clientId,
  reason,
  detail,
}: SelectedRejected): RejectedRow {
  return { id: Number(id), receivedAt: Number(receivedAt), topic, payload, qos, clientId, reason, detail };
}

/** Rejected messages, newest first. @throws what the database reports */
export async function readRejected(pool: Pool, request: RejectedRequest): Promise<RejectedPage> {
  const { rows } = await pool.query<SelectedRejected & { readonly found: string }>(SELECT_REJECTED, [
    request.reason ?? null,
    request.beforeId ?? null,
    request.limit,
  ]);
  return {
    rows: rows.map(toRejectedRow),
    more: Number(rows[0]?.found ?? 0) > rows.length,
  };
}

/** How many messages were kept under each reason, the most frequent first. @throws what the database reports */
export async function countRejected(
  pool: Pool,
): Promise<readonly { readonly reason: string; readonly count: number }[]> {
  const { rows } = await pool.query<{ reason: string; count: string }>(
    'SELECT reason, count(*) FROM rejected_messages GROUP BY reason ORDER BY count(*) DESC, reason',
  );
  return rows.map(({ reason, count }) => ({ reason, count: Number(count) }));
}
