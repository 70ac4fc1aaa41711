import type { Pool, PoolClient } from 'pg';
import type { ChannelEntry, ChannelUpdate } from '../telemetry/channel-entry.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';
import { changeEntries } from './channel-entries-change.ts';
import { toRow } from './channel-entries-insert.ts';
import { addsNothing, merged } from './channel-entry-merge.ts';
import { inTransaction } from './transaction.ts';

type Update = Pick<ChannelUpdate, 'channelId' | 'entry'>;

/**
 * It was stored, or has been before; or was not, for the channel has an entry of its time that says otherwise, or is not there
 * any more.
 */
export type UpdateOutcome = 'stored' | 'duplicate' | 'conflict' | 'channel-gone';

// In the order of their ids, so that two who write to the same channels wait for each other and not in a circle.
const LOCK = `
  SELECT id, last_entry_id::float8 AS last FROM channels WHERE id = ANY ($1::int[]) ORDER BY id FOR UPDATE`;

const FIND = `
  SELECT channel_id AS "channelId", entry_id::float8 AS "entryId", (extract(epoch FROM created_at) * 1000000)::float8 AS "createdAt",
    (extract(epoch FROM received_at) * 1000000)::float8 AS "receivedAt", has_own_time AS "hasOwnTime",
    fields, status, latitude, longitude, elevation
  FROM unnest($1::int[], $2::timestamptz[]) AS given (channel_id, created_at)
    JOIN channel_entries USING (channel_id, created_at)`;

const INSERT = `
  WITH counted AS (
    UPDATE channels SET last_entry_id = given.last
    FROM unnest($1::int[], $2::bigint[]) AS given (id, last) WHERE channels.id = given.id
  )
  INSERT INTO channel_entries
    (channel_id, entry_id, created_at, received_at, has_own_time, fields, status, latitude, longitude, elevation)
  SELECT channel_id, entry_id, created_at, received_at, has_own_time, fields, status, latitude, longitude, elevation
  FROM json_to_recordset($3) AS given (channel_id int, entry_id bigint, created_at timestamptz, received_at timestamptz,
    has_own_time boolean, fields jsonb, status text, latitude text, longitude text, elevation text)`;

/**
 * Stores entries of any channels in one transaction, and numbers those that are new, in their order; each by itself, whatever
 * becomes of the others. One is known again by its time and all that is in it: no two messages have one time of receipt, which
 * is the time of those that name none, and a redelivery has that of the first. What names the time of another and says nothing
 * else of the same thing goes into that, as over HTTP.
 * @returns what became of each
 * @throws what the database reports; then none was stored
 */
export function storeUpdates(pool: Pool, updates: readonly Update[]): Promise<readonly UpdateOutcome[]> {
  return inTransaction(pool, async (client) => {
    const lasts = await lockChannels(client, updates);
    const known = await findKnown(client, updates);
    const added = new Set<KnownEntry>();
    const changed = new Set<KnownEntry>();
    const outcomes = updates.map(({ channelId, entry }): UpdateOutcome => {
      const last = lasts.get(channelId);
      if (last === undefined) return 'channel-gone';
      const before = known.find(channelId, entry);
      if (before === undefined) {
        lasts.set(channelId, last + 1);
        added.add(known.add({ channelId, entryId: last + 1, entry }));
        return 'stored';
      }
      const content = merged(before.entry, entry);
      if (content === undefined) return 'conflict';
      if (!addsNothing(entry, before.entry)) {
        before.entry = { ...entry, ...content };
        if (!added.has(before)) changed.add(before);
        return 'stored';
      }
      // With the same receipt it was this very message: an earlier attempt has stored it, of whose end nobody has heard.
      return before.entry.receivedAt === entry.receivedAt ? 'stored' : 'duplicate';
    });
    if (added.size > 0) {
      const rows = [...added].map(({ channelId, entryId, entry }) => ({
        channel_id: channelId,
        ...toRow(entryId, entry),
      }));
      await client.query(INSERT, [[...lasts.keys()], [...lasts.values()], JSON.stringify(rows)]);
    }
    await changeEntries(client, [...changed]);
    return outcomes;
  });
}

/** The number of the last entry of each channel that is there. */
async function lockChannels(client: PoolClient, updates: readonly Update[]): Promise<Map<number, number>> {
  const ids = [...new Set(updates.map(({ channelId }) => channelId))];
  const { rows } = await client.query<{ id: number; last: number }>(LOCK, [ids]);
  return new Map(rows.map(({ id, last }) => [id, last]));
}

/** An entry that is stored, or about to be; more may come to it. */
interface KnownEntry {
  readonly channelId: number;
  readonly entryId: number;
  entry: ChannelEntry;
}

interface Known {
  add(entry: KnownEntry): KnownEntry;
  /** The one of the time that an entry names, or that is the same; `undefined` for one that is new. */
  find(channelId: number, entry: ChannelEntry): KnownEntry | undefined;
}

async function findKnown(client: PoolClient, updates: readonly Update[]): Promise<Known> {
  const byTime = new Map<string, KnownEntry[]>();
  const add = (known: KnownEntry): KnownEntry => {
    const key = keyOf(known.channelId, known.entry.createdAt);
    const others = byTime.get(key);
    if (others === undefined) byTime.set(key, [known]);
    else others.push(known);
    return known;
  };
  const values = [
    updates.map(({ channelId }) => channelId),
    updates.map(({ entry }) => formatMicros(entry.createdAt)),
  ];
  const { rows } = await client.query<ChannelEntry & Omit<KnownEntry, 'entry'>>(FIND, values);
  for (const { channelId, entryId, ...entry } of rows) add({ channelId, entryId, entry });
  return {
    add,
    find: (channelId, entry) =>
      byTime
        .get(keyOf(channelId, entry.createdAt))
        ?.find(
          ({ entry: other }) =>
            other.hasOwnTime === entry.hasOwnTime && (entry.hasOwnTime || isSame(other, entry)),
        ),
  };
}

function isSame(one: ChannelEntry, other: ChannelEntry): boolean {
  return merged(one, other) !== undefined && addsNothing(one, other) && addsNothing(other, one);
}

function keyOf(channelId: number, createdAt: Micros): string {
  return `${channelId} ${createdAt}`;
}
