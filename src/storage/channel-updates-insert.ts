import type { Pool, PoolClient } from 'pg';
import type { ChannelEntry, ChannelUpdate } from '../telemetry/channel-entry.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';
import { contentOf, toRow } from './channel-entries-insert.ts';
import { inTransaction } from './transaction.ts';

type Update = Pick<ChannelUpdate, 'channelId' | 'entry'>;

/** It was stored, or has been before; or was not, for the channel has another entry of its time, or is not there any more. */
export type UpdateOutcome = 'stored' | 'duplicate' | 'conflict' | 'channel-gone';

// In the order of their ids, so that two who write to the same channels wait for each other and not in a circle.
const LOCK = `
  SELECT id, last_entry_id::float8 AS last FROM channels WHERE id = ANY ($1::int[]) ORDER BY id FOR UPDATE`;

const FIND = `
  SELECT channel_id AS "channelId", (extract(epoch FROM created_at) * 1000000)::float8 AS "createdAt",
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
 * is the time of those that name none, and a redelivery has that of the first.
 * @returns what became of each
 * @throws what the database reports; then none was stored
 */
export function storeUpdates(pool: Pool, updates: readonly Update[]): Promise<readonly UpdateOutcome[]> {
  return inTransaction(pool, async (client) => {
    const lasts = await lockChannels(client, updates);
    const known = await findKnown(client, updates);
    const added: object[] = [];
    const outcomes = updates.map(({ channelId, entry }): UpdateOutcome => {
      const last = lasts.get(channelId);
      if (last === undefined) return 'channel-gone';
      const before = known.judge(channelId, entry);
      if (before !== undefined) return before;
      known.add(channelId, entry);
      lasts.set(channelId, last + 1);
      added.push({ channel_id: channelId, ...toRow(last + 1, entry) });
      return 'stored';
    });
    if (added.length > 0) {
      await client.query(INSERT, [[...lasts.keys()], [...lasts.values()], JSON.stringify(added)]);
    }
    return outcomes;
  });
}

/** The number of the last entry of each channel that is there. */
async function lockChannels(client: PoolClient, updates: readonly Update[]): Promise<Map<number, number>> {
  const ids = [...new Set(updates.map(({ channelId }) => channelId))];
  const { rows } = await client.query<{ id: number; last: number }>(LOCK, [ids]);
  return new Map(rows.map(({ id, last }) => [id, last]));
}

/** Entries that are stored. */
interface Known {
  add(channelId: number, entry: ChannelEntry): void;
  /** `undefined` for one that is new. */
  judge(channelId: number, entry: ChannelEntry): UpdateOutcome | undefined;
}

async function findKnown(client: PoolClient, updates: readonly Update[]): Promise<Known> {
  const byTime = new Map<string, ChannelEntry[]>();
  const add = (channelId: number, entry: ChannelEntry): void => {
    const key = keyOf(channelId, entry.createdAt);
    const others = byTime.get(key);
    if (others === undefined) byTime.set(key, [entry]);
    else others.push(entry);
  };
  const values = [
    updates.map(({ channelId }) => channelId),
    updates.map(({ entry }) => formatMicros(entry.createdAt)),
  ];
  const { rows } = await client.query<ChannelEntry & { channelId: number }>(FIND, values);
  for (const row of rows) add(row.channelId, row);
  return {
    add,
    judge(channelId, entry) {
      const others = (byTime.get(keyOf(channelId, entry.createdAt)) ?? []).filter(
        ({ hasOwnTime }) => hasOwnTime === entry.hasOwnTime,
      );
      const content = contentOf(entry);
      const same = others.find((other) => contentOf(other) === content);
      // With the same receipt it was this very message: an earlier attempt has stored it, of whose end nobody has heard.
      if (same !== undefined) return same.receivedAt === entry.receivedAt ? 'stored' : 'duplicate';
      return entry.hasOwnTime && others.length > 0 ? 'conflict' : undefined;
    },
  };
}

function keyOf(channelId: number, createdAt: Micros): string {
  return `${channelId} ${createdAt}`;
}
