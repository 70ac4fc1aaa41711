import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { hashSecret } from '../../src/access/credential.ts';
import { storeEntries } from '../../src/storage/channel-entries-insert.ts';
import { storeUpdates } from '../../src/storage/channel-updates-insert.ts';
import { addChannel } from '../../src/storage/channels-query.ts';
import type { ChannelEntry } from '../../src/telemetry/channel-entry.ts';
import { useTestDatabase } from '../support/database.ts';
import { CHANNEL, testChannel } from '../support/thingspeak.ts';

const OTHER = CHANNEL + 1;
const START = Date.UTC(2020, 1, 1) * 1000;

async function useChannels(): Promise<Pool> {
  const { pool } = await useTestDatabase();
  await addChannel(pool, testChannel());
  await addChannel(pool, testChannel({ id: OTHER, writeKeyHash: hashSecret('another') }));
  return pool;
}

/** @param second of its receipt, and of itself unless it has a time of its own */
function entry(second: number, value: string, more: Partial<ChannelEntry> = {}): ChannelEntry {
  const receivedAt = START + second * 1_000_000;
  const place = { status: null, latitude: null, longitude: null, elevation: null };
  return { ...place, fields: { '1': value }, receivedAt, createdAt: receivedAt, hasOwnTime: false, ...more };
}

const own = (createdAt: number) => ({ createdAt, hasOwnTime: true });
const toChannel = (channelId: number) => (one: ChannelEntry) => ({ channelId, entry: one });
const ours = toChannel(CHANNEL);

async function stored(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ told: string }>(
    `SELECT channel_id || '/' || entry_id || '=' || (fields ->> '1') AS told FROM channel_entries ORDER BY channel_id, entry_id`,
  );
  return rows.map(({ told }) => told);
}

test('entries of several channels are numbered in their order, behind those that are there', async () => {
  const pool = await useChannels();
  await storeEntries(pool, CHANNEL, [entry(0, 'a')]);
  const updates = [ours(entry(1, 'b')), toChannel(OTHER)(entry(2, 'c')), ours(entry(3, 'd'))];
  expect(await storeUpdates(pool, updates)).toEqual(['stored', 'stored', 'stored']);
  await storeEntries(pool, OTHER, [entry(4, 'e')]);
  expect(await stored(pool)).toEqual([
    `${CHANNEL}/1=a`,
    `${CHANNEL}/2=b`,
    `${CHANNEL}/3=d`,
    `${OTHER}/1=c`,
    `${OTHER}/2=e`,
  ]);
});

test('what an earlier attempt has stored is stored once; what came again is a duplicate', async () => {
  const pool = await useChannels();
  const timed = entry(1, 'b', own(START));
  const updates = [ours(entry(0, 'a')), ours(timed)];
  expect(await storeUpdates(pool, updates)).toEqual(['stored', 'stored']);
  expect(await storeUpdates(pool, updates)).toEqual(['stored', 'stored']);
  // A redelivery has the time of the first receipt; a repetition the time that it names.
  const again = [
    ours(entry(10, 'a', { createdAt: START })),
    ours({ ...timed, receivedAt: START + 11_000_000 }),
  ];
  expect(await storeUpdates(pool, again)).toEqual(['duplicate', 'duplicate']);
  expect(await stored(pool)).toEqual([`${CHANNEL}/1=a`, `${CHANNEL}/2=b`]);
});

test('another value at a time of its own is a conflict, also within one go, and the others are stored', async () => {
  const pool = await useChannels();
  const updates = [
    ours(entry(1, 'a', own(START))),
    ours(entry(2, 'b', own(START))),
    toChannel(7)(entry(3, 'c')),
    // Who names no time can't be in anybody's way.
    ours(entry(4, 'd', { createdAt: START })),
    ours(entry(5, 'e', { createdAt: START })),
  ];
  expect(await storeUpdates(pool, updates)).toEqual([
    'stored',
    'conflict',
    'channel-gone',
    'stored',
    'stored',
  ]);
  expect(await stored(pool)).toEqual([`${CHANNEL}/1=a`, `${CHANNEL}/2=d`, `${CHANNEL}/3=e`]);
});

test('what names the time of another entry and says nothing else of the same goes into that, once', async () => {
  const pool = await useChannels();
  await storeEntries(pool, CHANNEL, [entry(1, 'a', own(START))]);
  const inside = entry(2, '', { ...own(START), fields: { '2': '19' } });
  const status = entry(3, '', { ...own(START + 1), fields: {}, status: 'well' });
  const updates = [ours(inside), ours(status), ours(entry(4, 'b', own(START + 1)))];
  expect(await storeUpdates(pool, updates)).toEqual(['stored', 'stored', 'stored']);
  expect(await storeUpdates(pool, updates)).toEqual(['stored', 'duplicate', 'stored']);
  const conflict = entry(5, 'c', { ...own(START), fields: { '2': '20', '3': '1' } });
  expect(await storeUpdates(pool, [ours(conflict), ours({ ...inside, receivedAt: START })])).toEqual([
    'conflict',
    'duplicate',
  ]);
  const { rows } = await pool.query(
    'SELECT entry_id::int AS id, fields, status FROM channel_entries ORDER BY entry_id',
  );
  expect(rows).toEqual([
    { id: 1, fields: { '1': 'a', '2': '19' }, status: null },
    { id: 2, fields: { '1': 'b' }, status: 'well' },
  ]);
});

test('those who write to the same channels at once wait for each other, and no number is given twice', async () => {
  const pool = await useChannels();
  const goes = Array.from({ length: 12 }, (_, index) => {
    const pair = [ours(entry(index, 'a')), toChannel(OTHER)(entry(index, 'b'))];
    return storeUpdates(pool, index % 2 === 0 ? pair : pair.toReversed());
  });
  await Promise.all(goes);
  const { rows } = await pool.query(
    'SELECT channel_id AS id, count(*)::int AS count, max(entry_id)::int AS last FROM channel_entries GROUP BY 1 ORDER BY 1',
  );
  expect(rows).toEqual([
    { id: CHANNEL, count: 12, last: 12 },
    { id: OTHER, count: 12, last: 12 },
  ]);
});

test('what the database refuses leaves nothing behind', async () => {
  const pool = await useChannels();
  await pool.query("ALTER TABLE channel_entries ADD CHECK (fields ->> '1' <> 'bad')");
  await expect(storeUpdates(pool, [ours(entry(1, 'a')), ours(entry(2, 'bad'))])).rejects.toThrow('check');
  expect(await storeUpdates(pool, [ours(entry(3, 'c'))])).toEqual(['stored']);
  expect(await stored(pool)).toEqual([`${CHANNEL}/1=c`]);
});
