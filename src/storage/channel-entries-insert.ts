import type { Pool, PoolClient } from 'pg';
import { formatMicros } from '../telemetry/format-time.ts';
import type { ChannelEntry } from '../telemetry/channel-entry.ts';
import type { Micros } from '../telemetry/reading.ts';
import { changeEntries } from './channel-entries-change.ts';
import { type KnownEntry, placeEntries } from './channel-entry-places.ts';
import { isWorthAnotherTry } from './failure.ts';
import type { Queryable } from './queryable.ts';
import { inTransaction } from './transaction.ts';

/** An entry that is stored; no other has its time of receipt. */
export interface Written {
  readonly entryId: number;
  readonly receivedAt: Micros;
}

/** The number of an entry, which may have been stored before; or that there is another of its time, which says otherwise. */
export type EntryOutcome = number | 'conflict';

export interface Stored {
  /** In the order of the entries. */
  readonly outcomes: readonly EntryOutcome[];
  /** How many of them say nothing that was not stored before. */
  readonly duplicates: number;
  /** One that is new, or to which something was added, if there is any. */
  readonly written: Written | undefined;
}

/** Stores what belongs to entries, in their transaction; called again, for another one, after a failure that passes. */
export type StoreBeside = (transaction: Queryable, stored: Stored) => Promise<void>;

export interface StoreOptions {
  readonly beside?: StoreBeside;
  /** Whether nobody wants the entries stored any more; asked before it is begun, when a connection has been waited for. */
  readonly isGone?: () => boolean;
}

const MOST_ATTEMPTS = 3;

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
 * Stores entries in one transaction, all but those that conflict with others, and numbers those that are new. Whoever writes to
 * the same channel waits meanwhile: numbers are given without a gap, in the order of commits.
 * @throws CommitInDoubtError; what the database reports, and what `beside` throws: then nothing was stored
 */
export async function storeEntries(
  pool: Pool,
  channelId: number,
  entries: readonly ChannelEntry[],
  { beside, isGone }: StoreOptions = {},
): Promise<Stored | 'channel-gone' | 'nobody-waits'> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await inTransaction(
        pool,
        async (client) => {
          if (isGone?.() === true) return 'nobody-waits';
          const stored = await store(client, channelId, entries);
          if (stored !== 'channel-gone') await beside?.(client, stored);
          return stored;
        },
        (stored) => typeof stored === 'object',
      );
    } catch (error) {
      if (attempts === MOST_ATTEMPTS || !isWorthAnotherTry(error)) throw error;
    }
  }
}

/** Waits for whoever writes to the channel. @throws what the database reports */
export async function isEntryStored(
  pool: Pool,
  channelId: number,
  { entryId, receivedAt }: Written,
): Promise<boolean> {
  const values = [channelId, entryId, formatMicros(receivedAt)];
  await pool.query(COUNT, [channelId]);
  const { rowCount } = await pool.query(
    'SELECT FROM channel_entries WHERE channel_id = $1 AND entry_id = $2 AND received_at = $3',
    values,
  );
  return rowCount === 1;
}

async function store(
  client: PoolClient,
  channelId: number,
  entries: readonly ChannelEntry[],
): Promise<Stored | 'channel-gone'> {
  const { rows } = await client.query<{ last: number }>(COUNT, [channelId]);
  if (rows[0] === undefined) return 'channel-gone';
  const known = await findKnown(client, channelId, entries);
  const { outcomes, duplicates, added, changed } = placeEntries(entries, known, rows[0].last);
  if (added.size > 0) {
    const given = JSON.stringify([...added].map(([entryId, entry]) => toRow(entryId, entry)));
    await client.query(INSERT, [channelId, rows[0].last + added.size, given]);
  }
  await changeEntries(
    client,
    [...changed].map(([entryId, entry]) => ({ channelId, entryId, entry })),
  );
  const [written] = [...added, ...changed].map(([entryId, { receivedAt }]) => ({ entryId, receivedAt }));
  return { outcomes, duplicates, written };
}

async function findKnown(
  client: PoolClient,
  channelId: number,
  entries: readonly ChannelEntry[],
): Promise<ReadonlyMap<Micros, KnownEntry>> {
  const times = entries
    .filter(({ hasOwnTime }) => hasOwnTime)
    .map(({ createdAt }) => formatMicros(createdAt));
  if (times.length === 0) return new Map();
  type Row = KnownEntry & { readonly createdAt: Micros };
  const { rows } = await client.query<Row>(FIND, [channelId, times]);
  return new Map(rows.map((row) => [row.createdAt, row]));
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
