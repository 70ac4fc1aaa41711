import type { Pool, PoolClient } from 'pg';
import { formatMicros } from '../telemetry/format-time.ts';
import type { ChannelEntry } from '../telemetry/channel-entry.ts';
import type { Micros } from '../telemetry/reading.ts';
import { inTransaction } from './transaction.ts';

/**
 * The numbers of the entries, in their order; an entry that was stored before has its number of then, and is counted among the
 * duplicates. Or that another entry of the same time is stored already, and then nothing was done.
 */
export type StoredEntries =
  | { readonly entryIds: readonly number[]; readonly duplicates: number }
  | { readonly conflict: Micros }
  | { readonly conflict: 'channel-gone' };

const COUNT = 'SELECT last_entry_id::float8 AS last FROM channels WHERE id = $1 FOR UPDATE';

const FIND = `
  SELECT entry_id::float8 AS "entryId", (extract(epoch FROM created_at) * 1000000)::float8 AS "createdAt",
    fields, status, latitude, longitude, elevation
  FROM channel_entries WHERE channel_id = $1 AND has_own_time AND created_at = ANY ($2::timestamptz[])`;

const INSERT = `
  WITH counted AS (UPDATE channels SET last_entry_id = $2 WHERE id = $1)
  INSERT INTO channel_entries
    (channel_id, entry_id, created_at, received_at, has_own_time, fields, status, latitude, longitude, elevation)
  SELECT $1, entry_id, created_at, received_at, has_own_time, fields, status, latitude, longitude, elevation
  FROM json_to_recordset($3) AS given(entry_id bigint, created_at timestamptz, received_at timestamptz, has_own_time boolean,
    fields jsonb, status text, latitude text, longitude text, elevation text)`;

/**
 * Stores all entries or none, and numbers those that are new. Whoever writes to the same channel waits meanwhile: numbers are
 * given without a gap, in the order of commits.
 * @throws what the database reports
 */
export function storeEntries(
  pool: Pool,
  channelId: number,
  entries: readonly ChannelEntry[],
): Promise<StoredEntries> {
  return inTransaction(
    pool,
    (client) => store(client, channelId, entries),
    (stored) => !('conflict' in stored),
  );
}

async function store(
  client: PoolClient,
  channelId: number,
  entries: readonly ChannelEntry[],
): Promise<StoredEntries> {
  const { rows } = await client.query<{ last: number }>(COUNT, [channelId]);
  if (rows[0] === undefined) return { conflict: 'channel-gone' };
  const known = await findKnown(client, channelId, entries);
  let last = rows[0].last;
  const entryIds: number[] = [];
  const added: object[] = [];
  for (const entry of entries) {
    const content = contentOf(entry);
    const before = entry.hasOwnTime ? known.get(entry.createdAt) : undefined;
    if (before !== undefined && before.content !== content) return { conflict: entry.createdAt };
    const entryId = before?.entryId ?? (last += 1);
    entryIds.push(entryId);
    if (before !== undefined) continue;
    if (entry.hasOwnTime) known.set(entry.createdAt, { entryId, content });
    added.push(toRow(entryId, entry));
  }
  if (added.length > 0) await client.query(INSERT, [channelId, last, JSON.stringify(added)]);
  return { entryIds, duplicates: entries.length - added.length };
}

type Known = Map<Micros, { readonly entryId: number; readonly content: string }>;
type Content = Pick<ChannelEntry, 'fields' | 'status' | 'latitude' | 'longitude' | 'elevation'>;

async function findKnown(
  client: PoolClient,
  channelId: number,
  entries: readonly ChannelEntry[],
): Promise<Known> {
  const times = entries
    .filter(({ hasOwnTime }) => hasOwnTime)
    .map(({ createdAt }) => formatMicros(createdAt));
  if (times.length === 0) return new Map();
  type Row = Content & { readonly entryId: number; readonly createdAt: Micros };
  const { rows } = await client.query<Row>(FIND, [channelId, times]);
  return new Map(rows.map((row) => [row.createdAt, { entryId: row.entryId, content: contentOf(row) }]));
}

/** Equal for equal entries, whatever order their fields came in. */
export function contentOf({ fields, status, latitude, longitude, elevation }: Content): string {
  const sorted = Object.entries(fields).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([sorted, status, latitude, longitude, elevation]);
}

/** As the statements that insert take it. */
export function toRow(entryId: number, entry: ChannelEntry): object {
  const { fields, status, latitude, longitude, elevation } = entry;
  return {
    entry_id: entryId,
    created_at: formatMicros(entry.createdAt),
    received_at: formatMicros(entry.receivedAt),
    has_own_time: entry.hasOwnTime,
    fields,
    status,
    latitude,
    longitude,
    elevation,
  };
}
