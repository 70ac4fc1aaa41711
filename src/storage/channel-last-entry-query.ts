import { formatMicros } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';
import { ENTRY_COLUMNS, type StoredEntry } from './channel-entries-query.ts';
import type { Queryable } from './queryable.ts';

/** Where an entry stands in its channel: by its time, and among those of one time by its number. */
export interface EntryPosition {
  readonly createdAt: Micros;
  readonly entryId: number;
}

/** What was found; or where to go on, `undefined` at the end of the channel. */
export type Found = { readonly entry: StoredEntry } | { readonly next: EntryPosition | undefined };

// Within the limit of what is inside, whatever the planner believes of how many entries have a field.
const FIND = `
  SELECT ${ENTRY_COLUMNS} FROM (
    SELECT * FROM channel_entries
    WHERE channel_id = $1 AND (created_at, entry_id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::bigint, 0))
    ORDER BY created_at DESC, entry_id DESC LIMIT $4
  ) AS newest
  WHERE fields ? $5 ORDER BY created_at DESC, entry_id DESC LIMIT 1`;
const LAST_LOOKED_AT = `
  SELECT entry_id::float8 AS "entryId", (extract(epoch FROM created_at) * 1000000)::float8 AS "createdAt"
  FROM channel_entries
  WHERE channel_id = $1 AND (created_at, entry_id) < (coalesce($2::timestamptz, 'infinity'), coalesce($3::bigint, 0))
  ORDER BY created_at DESC, entry_id DESC OFFSET $4 - 1 LIMIT 1`;

/**
 * The newest entry that has a field, among so many: there is no index of fields, and one that was never sent would be looked
 * for in the whole channel.
 * @param before where to begin; `undefined` for the newest
 * @throws what the database reports
 */
export async function findLastWithField(
  database: Queryable,
  channelId: number,
  field: number,
  { before, most }: { readonly before: EntryPosition | undefined; readonly most: number },
): Promise<Found> {
  const from = [before === undefined ? null : formatMicros(before.createdAt), before?.entryId ?? null];
  const values = [channelId, ...from, most];
  const { rows } = await database.query<StoredEntry>({ text: FIND, values: [...values, String(field)] });
  if (rows[0] !== undefined) return { entry: rows[0] };
  // What has come meanwhile stands before those that were looked at, so that none is left out.
  const { rows: last } = await database.query<EntryPosition>({ text: LAST_LOOKED_AT, values });
  return { next: last[0] };
}
