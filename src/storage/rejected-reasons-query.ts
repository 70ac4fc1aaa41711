import type { Queryable } from './queryable.ts';
import {
  REJECTED_COLUMNS,
  type RejectedRow,
  type SelectedRejected,
  toRejectedRow,
} from './rejected-query.ts';

/** What was kept under one reason. */
export interface RejectedReason {
  readonly count: number;
  /** Of its payload only what it begins with. */
  readonly newest: RejectedRow;
}

const PREVIEW_BYTES = 1024;
const READ = `
  SELECT ${REJECTED_COLUMNS}, count FROM (
    SELECT reason AS name, count(*)::float8 AS count, max(id) AS newest FROM rejected_messages GROUP BY reason
  ) AS reasons JOIN (
    SELECT id, received_at, topic, substring(payload FROM 1 FOR ${PREVIEW_BYTES}) AS payload, qos, client_id, reason, detail
    FROM rejected_messages
  ) AS messages ON id = newest ORDER BY count DESC, reason`;

/** Every reason with its newest message, the most frequent first. @throws what the database reports */
export async function readRejectedReasons(database: Queryable): Promise<readonly RejectedReason[]> {
  const { rows } = await database.query<SelectedRejected & { readonly count: number }>({ text: READ });
  return rows.map((row) => ({ count: row.count, newest: toRejectedRow(row) }));
}
