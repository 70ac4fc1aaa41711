import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { hashSecret } from '../../src/access/credential.ts';
import { deleteChannelEntries } from '../../src/storage/channel-entries-delete.ts';
import { storeEntries } from '../../src/storage/channel-entries-insert.ts';
import { addChannel } from '../../src/storage/channels-query.ts';
import { useTestDatabase } from '../support/database.ts';
import { CHANNEL, testChannel } from '../support/thingspeak.ts';

const MINUTE = 60_000_000;
const START = Date.UTC(2020, 1, 1) * 1000;
const OTHER = CHANNEL + 1;

/** One entry a minute, the first at `START`. */
async function fill(pool: Pool, channelId: number, minutes: readonly number[]): Promise<void> {
  const place = { status: null, latitude: null, longitude: null, elevation: null };
  const entries = minutes.map((minute) => {
    const createdAt = START + minute * MINUTE;
    return { ...place, fields: { '1': String(minute) }, createdAt, receivedAt: createdAt, hasOwnTime: true };
  });
  await storeEntries(pool, channelId, entries);
}

async function useEntries(): Promise<Pool> {
  const { pool } = await useTestDatabase();
  await addChannel(pool, testChannel());
  await addChannel(pool, testChannel({ id: OTHER, writeKeyHash: hashSecret('another') }));
  // Of one channel not in the order of their times.
  await fill(pool, CHANNEL, [3, 0, 2, 1, 4]);
  await fill(pool, OTHER, [0, 1, 2]);
  return pool;
}

async function left(pool: Pool): Promise<Record<number, string[]>> {
  const { rows } = await pool.query<{ id: number; value: string }>(
    `SELECT channel_id AS id, fields ->> '1' AS value FROM channel_entries ORDER BY channel_id, created_at`,
  );
  const values: Record<number, string[]> = { [CHANNEL]: [], [OTHER]: [] };
  for (const { id, value } of rows) values[id]!.push(value);
  return values;
}

test('entries before a time are deleted in chunks, the oldest of a channel first', async () => {
  const pool = await useEntries();
  const before = START + 2 * MINUTE;
  expect(await deleteChannelEntries(pool, before, 1)).toBe(1);
  expect(await left(pool)).toEqual({ [CHANNEL]: ['1', '2', '3', '4'], [OTHER]: ['0', '1', '2'] });
  // Of both channels in one chunk.
  expect(await deleteChannelEntries(pool, before, 2)).toBe(2);
  expect(await left(pool)).toEqual({ [CHANNEL]: ['2', '3', '4'], [OTHER]: ['1', '2'] });
  expect(await deleteChannelEntries(pool, before, 2)).toBe(1);
  expect(await deleteChannelEntries(pool, before, 2)).toBe(0);
  expect(await left(pool)).toEqual({ [CHANNEL]: ['2', '3', '4'], [OTHER]: ['2'] });
});

test('numbers go on after the last entry was deleted', async () => {
  const pool = await useEntries();
  expect(await deleteChannelEntries(pool, START + 60 * MINUTE, 100)).toBe(8);
  await fill(pool, CHANNEL, [70]);
  const { rows } = await pool.query('SELECT entry_id::int AS id FROM channel_entries');
  expect(rows).toEqual([{ id: 6 }]);
});

test('what another is about to delete is left to it, and not waited for', async () => {
  const pool = await useEntries();
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    expect(await deleteChannelEntries(client, START + 60 * MINUTE, 3)).toBe(3);
    expect(await deleteChannelEntries(pool, START + 60 * MINUTE, 100)).toBe(5);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
  expect(await left(pool)).toEqual({ [CHANNEL]: [], [OTHER]: [] });
});

test('a chunk is found by the index, however many entries there are', async () => {
  const pool = await useEntries();
  await pool.query(
    `INSERT INTO channel_entries (channel_id, entry_id, created_at, received_at, has_own_time, fields)
     SELECT ${CHANNEL}, n, now() + n * interval '1 second', now(), false, '{}' FROM generate_series(10, 20000) AS n`,
  );
  await pool.query('ANALYZE channel_entries');
  let plan = '';
  const explain = async ({ text, values }: { text: string; values?: unknown[] }) => {
    const result = await pool.query(`EXPLAIN ${text}`, values);
    plan = result.rows.map((row) => row['QUERY PLAN']).join('\n');
    return result;
  };
  await deleteChannelEntries({ query: explain }, START + 60 * MINUTE, 100);
  expect(plan).toContain('channel_entries_time');
  expect(plan).not.toContain('Seq Scan on channel_entries');
});
