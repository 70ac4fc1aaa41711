import type { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createBoardParts } from '../../../firmware-bridge/thingspeak/board-parts.ts';
import { thingSpeakRoutes, withoutDoubleSlashes } from '../../../firmware-bridge/thingspeak/plugin.ts';
import { createChannelStore } from '../../../src/storage/channel-store.ts';
import { addChannel } from '../../../src/storage/channels-query.ts';
import { useTestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import { testChannel, WRITE_KEY } from '../../support/thingspeak.ts';
import { startWeb } from '../../support/web.ts';
import { createWebParts, silentLog } from '../../support/web-parts.ts';

/** The web layer with ThingSpeak's addresses; ingest is in the test's hands. */
async function useRoutes() {
  const { connection, pool } = await useTestDatabase();
  const handle = createWebParts({ pool });
  const channels = createChannelStore({ connection, log: silentLog });
  onTestFinished(() => channels.close());
  const routes = thingSpeakRoutes(handle.parts, createBoardParts(channels, silentLog, handle.parts.clock));
  const web = await startWeb(handle, 0, { more: { routes, mendUrl: withoutDoubleSlashes } });
  onTestFinished(() => web.close());
  return { web, channels, pool };
}

const UPDATE = `/update?api_key=${WRITE_KEY}&field1=21.5&field2=19`;

test('until the channels are known, a board is told to come again', async () => {
  const { web, channels, pool } = await useRoutes();
  await addChannel(pool, testChannel());
  const early = await web.ask(UPDATE);
  expect([early.status, early.text, early.headers.get('retry-after')]).toEqual([503, '0', '5']);
  channels.start();
  await poll(() => channels.isKnown());
  expect((await web.ask(UPDATE)).text).toBe('1');
});

test('the reply waits for the readings of all stations, which are stored with the entry', async () => {
  const { web, pool } = await useKnownChannel();
  const release = gateOf(web);
  let isAnswered = false;
  const reply = web.ask(UPDATE).finally(() => (isAnswered = true));
  await poll(() => release.isReached());
  // Answered after this one, if the reply above waits for nothing more.
  await web.ask('/health/live');
  expect(isAnswered).toBe(false);
  expect((await pool.query('SELECT FROM channel_entries')).rowCount).toBe(0);
  release.open();
  expect((await reply).text).toBe('1');
  expect((await pool.query('SELECT FROM channel_entries')).rowCount).toBe(1);
  expect(web.outcomes).toEqual(['committed']);
  const payloads = web.joined.map(({ topic, payload }) => [
    topic,
    JSON.parse(Buffer.from(payload).toString()),
  ]);
  expect(payloads).toEqual([
    ['stations/outside', [{ temperature: 21.5, time: expect.any(String) }]],
    ['stations/inside', [{ temperature: 19, time: expect.any(String) }]],
  ]);
});

test('with readings that can not be stored no entry is, and the number goes to the next one', async () => {
  const { web, pool } = await useKnownChannel();
  web.onWriteJoined(() => Promise.reject(new Error('connect ECONNREFUSED')));
  const { status, text, headers } = await web.ask(UPDATE);
  expect([status, text, headers.get('retry-after')]).toEqual([503, '0', '5']);
  expect((await pool.query('SELECT FROM channel_entries')).rowCount).toBe(0);
  web.onWriteJoined(() => Promise.resolve());
  expect((await web.ask(UPDATE)).text).toBe('1');
  expect(web.outcomes).toEqual(['failed', 'committed']);
});

test.each(['read_only_sql_transaction', 'lock_not_available', 'admin_shutdown', 'deadlock_detected'])(
  'a database that is there, and can not store for now (%s), has the board come again',
  async (condition) => {
    const { web } = await useKnownChannel();
    web.onWriteJoined(async (transaction) => {
      await transaction.query({
        text: `DO $$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '${condition}'; END $$`,
      });
    });
    const { status, text } = await web.ask(UPDATE);
    expect([status, text]).toEqual([503, '0']);
  },
);

test('a deadlock is no failure: the transaction is tried again', async () => {
  const { web, pool } = await useKnownChannel();
  let writes = 0;
  web.onWriteJoined(async (transaction) => {
    writes += 1;
    if (writes > 1) return;
    await transaction.query({
      text: `DO $$ BEGIN RAISE EXCEPTION 'a deadlock' USING ERRCODE = 'deadlock_detected'; END $$`,
    });
  });
  expect((await web.ask(UPDATE)).text).toBe('1');
  expect(writes).toBe(2);
  expect((await pool.query('SELECT FROM channel_entries')).rowCount).toBe(1);
  expect(web.outcomes).toEqual(['committed']);
});

test('when the database commits and can not say so, the entry is found and its number answered', async () => {
  const { web, pool } = await useKnownChannel();
  breakAtCommit(pool, 'after');
  expect((await web.ask(UPDATE)).text).toBe('1');
  expect((await web.ask(UPDATE)).text).toBe('2');
  expect((await pool.query('SELECT FROM channel_entries')).rowCount).toBe(2);
  expect(web.outcomes).toEqual(['committed', 'committed']);
});

test('when the connection breaks before the database has committed, nothing is stored, and the board is told so', async () => {
  const { web, pool } = await useKnownChannel();
  breakAtCommit(pool, 'before');
  const { status, text } = await web.ask(UPDATE);
  expect([status, text]).toEqual([503, '0']);
  expect((await pool.query('SELECT FROM channel_entries')).rowCount).toBe(0);
  expect(web.outcomes).toEqual(['failed']);
  expect((await web.ask(UPDATE)).text).toBe('1');
});

async function useKnownChannel() {
  const routes = await useRoutes();
  await addChannel(routes.pool, testChannel());
  routes.channels.start();
  await poll(() => routes.channels.isKnown());
  return routes;
}

/** Readings are not written until it is opened. */
function gateOf(web: { onWriteJoined(write: () => Promise<void>): void }) {
  let open: () => void = () => {};
  let isReached = false;
  const gate = new Promise<void>((resolve) => (open = resolve));
  web.onWriteJoined(() => {
    isReached = true;
    return gate;
  });
  return { open, isReached: () => isReached };
}

/** Makes the next connection of the pool break once, at the moment of a commit. */
function breakAtCommit(pool: Pool, when: 'before' | 'after'): void {
  pool.once('acquire', (client) => {
    const query = client.query.bind(client);
    client.query = (async (...given: Parameters<typeof query>) => {
      if (String(given[0]) !== 'COMMIT') return query(...given);
      if (when === 'after') await query(...given);
      client.query = query;
      // As a cut line does: the server rolls back what it has not committed.
      const stream: { destroy(): void } = Reflect.get(Reflect.get(client, 'connection'), 'stream');
      stream.destroy();
      throw new Error('Connection terminated unexpectedly');
    }) as typeof client.query;
  });
}
