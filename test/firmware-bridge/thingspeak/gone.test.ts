import { connect } from 'node:net';
import { fastify } from 'fastify';
import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Asked } from '../../../firmware-bridge/thingspeak/asked.ts';
import { newThingSpeakCounters } from '../../../firmware-bridge/thingspeak/counters.ts';
import { createKeep } from '../../../firmware-bridge/thingspeak/keep.ts';
import { prepareForBoards } from '../../../firmware-bridge/thingspeak/plugin.ts';
import { createTurns } from '../../../firmware-bridge/thingspeak/turns.ts';
import { updateRoutes } from '../../../firmware-bridge/thingspeak/update-routes.ts';
import { addChannel, type Channel } from '../../../src/storage/channels-query.ts';
import { useTestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import { testChannel } from '../../support/thingspeak.ts';

const CHANNEL: Channel = { ...testChannel(), createdAt: new Date(0), updatedAt: new Date(0) };
const LONGER_THAN_A_TEST_MS = 3_600_000;

function askedOf(value: number, isGone: () => boolean): Asked {
  const content = {
    fields: { '1': String(value) },
    status: null,
    latitude: null,
    longitude: null,
    elevation: null,
  };
  const at = Date.UTC(2020, 0, 1) * 1000 + value;
  const item = { ...content, createdAt: at, receivedAt: at, hasOwnTime: false };
  return { channel: CHANNEL, items: [item], door: 'update', sender: 'test', isGone, excerpt: () => '' };
}

/** Keeps entries; readings wait until the gate is opened. */
async function useGatedKeep(mostConnections?: number) {
  const { pool, connection } = await useTestDatabase();
  await addChannel(pool, testChannel());
  let open: () => void = () => {};
  let begun = 0;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const channels = new Pool({ ...connection, max: mostConnections ?? 3 });
  channels.on('error', () => {});
  onTestFinished(() => channels.end());
  const keep = createKeep({
    pool: channels,
    counters: newThingSpeakCounters(),
    inTurn: createTurns(10, LONGER_THAN_A_TEST_MS),
    join: () => ({
      write() {
        begun += 1;
        return gate;
      },
      committed: () => undefined,
      failed: () => undefined,
    }),
  });
  const stored = async (): Promise<readonly string[]> => {
    const { rows } = await pool.query<{ value: string }>(
      `SELECT fields->>'1' AS value FROM channel_entries ORDER BY entry_id`,
    );
    return rows.map(({ value }) => value);
  };
  return { keep, pool: channels, open: () => open(), begun: () => begun, stored };
}

test('a board that goes while others are served is not served; one that does so while it is served is', async () => {
  const { keep, open, begun, stored } = await useGatedKeep();
  let areGone = false;
  const first = keep(askedOf(1, () => areGone));
  await poll(() => begun() === 1);
  const second = keep(askedOf(2, () => areGone)).catch((error: unknown) => error);
  const third = keep(askedOf(3, () => false));
  areGone = true;
  open();
  expect(await first).toEqual([1]);
  expect(await second).toMatchObject({ status: 503 });
  expect(await third).toEqual([2]);
  expect(await stored()).toEqual(['1', '3']);
});

test('a board that goes while it waits for a connection is not served, and the connection is still good', async () => {
  const { keep, pool, open, stored } = await useGatedKeep(1);
  open();
  const held = await pool.connect();
  let isGone = false;
  const refused = keep(askedOf(1, () => isGone)).catch((error: unknown) => error);
  await poll(() => pool.waitingCount === 1);
  isGone = true;
  held.release();
  expect(await refused).toMatchObject({ status: 503 });
  expect(pool.totalCount).toBe(1);
  expect(await keep(askedOf(2, () => false))).toEqual([1]);
  expect(await stored()).toEqual(['2']);
});

test('a board is gone when its connection is, and not before', async () => {
  let asked: Asked | undefined;
  const app = fastify();
  onTestFinished(() => app.close());
  prepareForBoards(app, 1_000);
  updateRoutes(app, {
    gate: {
      toWrite: () => Promise.resolve(CHANNEL),
      toRead: () => Promise.resolve(CHANNEL),
      isOpen: () => true,
    },
    keep(given) {
      asked = given;
      return new Promise(() => {});
    },
    notices: { mistake: () => undefined, stored: () => undefined },
    clock: () => 0,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as { port: number };
  const socket = connect(port, '127.0.0.1', () => socket.write('GET /update?field1=1 HTTP/1.0\r\n\r\n'));
  const { isGone } = await poll(() => asked);
  expect(isGone()).toBe(false);
  socket.destroy();
  await poll(() => isGone());
});
