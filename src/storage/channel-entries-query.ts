import { formatMicros } from '../telemetry/format-time.ts';
import type { ChannelEntry } from '../telemetry/channel-entry.ts';
import type { Micros } from '../telemetry/reading.ts';
import type { Queryable } from './queryable.ts';

/** An entry as it is read: what the board sent, and its number. */
export type StoredEntry = Omit<ChannelEntry, 'receivedAt' | 'hasOwnTime'> & { readonly entryId: number };

export interface EntryRange {
  /** Both inclusive. */
  readonly from: Micros | undefined;
  readonly to: Micros | undefined;
  /** The newest so many. */
  readonly limit: number;
}

// pg gives a bigint as text; a double holds these exactly.
const COLUMNS = `entry_id::float8 AS "entryId", (extract(epoch FROM created_at) * 1000000)::float8 AS "createdAt",
  fields, status, latitude, longitude, elevation`;

/** Oldest first. @throws what the database reports */
export async function readEntries(
  database: Queryable,
  channelId: number,
  { from, to, limit }: EntryRange,
): Promise<readonly StoredEntry[]> {
  const { rows } = await database.query<StoredEntry>({
    text: `SELECT ${COLUMNS} FROM channel_entries
      WHERE channel_id = $1 AND created_at BETWEEN coalesce($2::timestamptz, '-infinity') AND coalesce($3::timestamptz, 'infinity')
      ORDER BY created_at DESC, entry_id DESC LIMIT $4`,
    values: [
      channelId,
      from === undefined ? null : formatMicros(from),
      to === undefined ? null : formatMicros(to),
      limit,
    ],
  });
  return rows.toReversed();
}

/** @throws what the database reports */
export async function readEntry(
  database: Queryable,
  channelId: number,
  entryId: number,
): Promise<StoredEntry | undefined> {
  const { rows } = await database.query<StoredEntry>({
    text: `SELECT ${COLUMNS} FROM channel_entries WHERE channel_id = $1 AND entry_id = $2`,
    values: [channelId, entryId],
  });
  return rows[0];
}

/** The newest by its time; of those that have the field, if one is named. @throws what the database reports */
export async function readLastEntry(
  database: Queryable,
  channelId: number,
  field: number | undefined,
): Promise<StoredEntry | undefined> {
  const { rows } = await database.query<StoredEntry>({
    text: `SELECT ${COLUMNS} FROM channel_entries WHERE channel_id = $1 AND ($2::text IS NULL OR fields ? $2)
      ORDER BY created_at DESC, entry_id DESC LIMIT 1`,
    values: [channelId, field === undefined ? null : String(field)],
  });
  return rows[0];
}

/** 0 while there is none. @throws what the database reports */
export async function readLastEntryId(database: Queryable, channelId: number): Promise<number> {
  const { rows } = await database.query<{ last: number }>({
    text: 'SELECT last_entry_id::float8 AS last FROM channels WHERE id = $1',
    values: [channelId],
  });
  return rows[0]?.last ?? 0;
}
