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
export const ENTRY_COLUMNS = `entry_id::float8 AS "entryId", (extract(epoch FROM created_at) * 1000000)::float8 AS "createdAt",
  fields, status, latitude, longitude, elevation`;

/** How many rows are taken apart at once, which nothing else can be done beside. */
const PAGE = 500;

/** Newest first, page by page: others have their turn between them. @throws what the database reports */
export async function* readEntryPages(
  database: Queryable,
  channelId: number,
  { from, to, limit }: EntryRange,
): AsyncGenerator<readonly StoredEntry[]> {
  let left = limit;
  let before: StoredEntry | undefined;
  while (left > 0) {
    const { rows } = await database.query<StoredEntry>({
      text: `SELECT ${ENTRY_COLUMNS} FROM channel_entries
        WHERE channel_id = $1 AND created_at BETWEEN coalesce($2::timestamptz, '-infinity') AND coalesce($3::timestamptz, 'infinity')
          AND (created_at, entry_id) < (coalesce($4::timestamptz, 'infinity'), coalesce($5::bigint, 0))
        ORDER BY created_at DESC, entry_id DESC LIMIT $6`,
      values: [
        channelId,
        from === undefined ? null : formatMicros(from),
        to === undefined ? null : formatMicros(to),
        before === undefined ? null : formatMicros(before.createdAt),
        before?.entryId ?? null,
        Math.min(left, PAGE),
      ],
    });
    yield rows;
    if (rows.length < PAGE) return;
    left -= rows.length;
    before = rows.at(-1);
  }
}

/** @throws what the database reports */
export async function readEntry(
  database: Queryable,
  channelId: number,
  entryId: number,
): Promise<StoredEntry | undefined> {
  const { rows } = await database.query<StoredEntry>({
    text: `SELECT ${ENTRY_COLUMNS} FROM channel_entries WHERE channel_id = $1 AND entry_id = $2`,
    values: [channelId, entryId],
  });
  return rows[0];
}

/** The newest by its time. @throws what the database reports */
export async function readLastEntry(
  database: Queryable,
  channelId: number,
): Promise<StoredEntry | undefined> {
  const { rows } = await database.query<StoredEntry>({
    text: `SELECT ${ENTRY_COLUMNS} FROM channel_entries WHERE channel_id = $1
      ORDER BY created_at DESC, entry_id DESC LIMIT 1`,
    values: [channelId],
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
