import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { storeEntries } from '../../src/storage/channel-entries-insert.ts';
import { clearSeries } from '../../src/storage/clear-series.ts';
import { readStationContents } from '../../src/storage/station-contents.ts';
import { detachStation } from '../../src/storage/station-removal.ts';
import { useTestDatabase } from '../support/database.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import { useIngest } from '../support/ingest.ts';

const NEVER = new AbortController().signal;
const QUIET = { onGone() {}, rest: async () => {}, signal: NEVER };
const TIME = Date.UTC(2026, 8, 1) / 1000;

async function removeAll(pool: Pool, station: string): Promise<void> {
  for (const id of (await readStationContents(pool, station))?.leftOver ?? [])
    await clearSeries(pool, id, QUIET);
}

async function readValues(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query('SELECT station, value FROM readings_view ORDER BY value');
  return rows.map(({ station, value }) => `${station} ${value}`);
}

test.each(['read committed', 'repeatable read', 'serializable'])(
  'at the level %s, an entry of a channel whose station is removed in the middle of it repeats nothing of what goes',
  async (level) => {
    const { pool, connection } = await useTestDatabase();
    const ofService = new Pool({
      ...connection,
      options: `-c default_transaction_isolation=${level.replace(' ', '\\ ')}`,
    });
    onTestFinished(() => ofService.end());
    const { send, ingest, clock } = await useIngest(ofService);
    await send('stations/a', { t: 1, time: TIME });
    await pool.query(
      "INSERT INTO channels (id, name, write_key_hash, read_key_hash) VALUES (7, 'x', sha256('w'), sha256('r'))",
    );
    const receivedAt = clock.now();
    const payload = Buffer.from(JSON.stringify([{ t: 1, time: TIME }]));
    const message = { topic: 'stations/a', payload, qos: 1 as const, clientId: 'x', receivedAt };
    const joined = ingest.join([{ ...message, firstReceivedAt: receivedAt }]);
    const none = { status: null, latitude: null, longitude: null, elevation: null };
    const entry = { createdAt: TIME * 1e6, receivedAt, hasOwnTime: true, fields: { 1: '1' }, ...none };
    let removals = 0;
    const stored = await storeEntries(ofService, 7, [entry], {
      async beside(transaction) {
        if (removals === 0) removals += Number(await detachStation(pool, 'a', NEVER));
        await joined.write(transaction);
      },
    });
    expect([removals, stored]).toEqual([1, expect.objectContaining({ outcomes: [1] })]);
    await removeAll(pool, 'a');
    expect(await readValues(pool)).toEqual(['a 1']);
  },
);

test('stations that are removed again while their readings are written anew are no failure of the database', async () => {
  const { pool } = await useTestDatabase();
  let removals = 0;
  const between = (connection: Queryable): Queryable => ({
    async query(query) {
      // As if each came just before the statement that stores.
      if (query.name === 'insert-readings' && removals < 4)
        removals += Number(await detachStation(pool, 'a', NEVER));
      return connection.query(query);
    },
  });
  const { send, ingest, spool } = await useIngest(pool, { between });
  const sent = await Promise.all([send('stations/a/t', '1'), send('stations/b/t', '2')]);
  expect([removals, sent.map(({ stored }) => stored)]).toEqual([4, [1, 1]]);
  await removeAll(pool, 'a');
  expect(await readValues(pool)).toEqual(['a 1', 'b 2']);
  const { messages_spooled: spooled, batches_retried: retried } = ingest.counters;
  expect([spooled, spool.count(), retried]).toEqual([0, 0, 0]);
});
