import { expect, onTestFinished, test } from 'vitest';
import { createBoardParts } from '../../../firmware-bridge/thingspeak/board-parts.ts';
import { thingSpeakRoutes, withoutDoubleSlashes } from '../../../firmware-bridge/thingspeak/plugin.ts';
import { IngestStalledError } from '../../../src/ingest/errors.ts';
import { createChannelStore } from '../../../src/storage/channel-store.ts';
import { addChannel } from '../../../src/storage/channels-query.ts';
import type { SubmitOutcome } from '../../../src/web/parts.ts';
import { useTestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import { testChannel, WRITE_KEY } from '../../support/thingspeak.ts';
import { startWeb } from '../../support/web.ts';
import { createWebParts, silentLog, STORED } from '../../support/web-parts.ts';

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

test('the reply waits for the readings of all stations, which come after the entry', async () => {
  const { web, channels, pool } = await useRoutes();
  await addChannel(pool, testChannel());
  channels.start();
  await poll(() => channels.isKnown());
  const settle: ((outcome: SubmitOutcome) => void)[] = [];
  web.onSubmit(() => new Promise((resolve) => void settle.push(resolve)));
  let isAnswered = false;
  const reply = web.ask(UPDATE).finally(() => (isAnswered = true));
  await poll(() => settle.length === 2);
  expect((await pool.query('SELECT FROM channel_entries')).rowCount).toBe(1);
  settle[0]!({ ...STORED, stored: 1 });
  // Answered after this one, if the reply above waits for nothing more.
  await web.ask('/health/live');
  expect(isAnswered).toBe(false);
  settle[1]!({ ...STORED, stored: 1 });
  expect((await reply).text).toBe('1');
  const payloads = web.submitted.map(({ topic, payload }) => [
    topic,
    JSON.parse(Buffer.from(payload).toString()),
  ]);
  expect(payloads).toEqual([
    ['stations/outside', [{ temperature: 21.5, time: expect.any(String) }]],
    ['stations/inside', [{ temperature: 19, time: expect.any(String) }]],
  ]);
});

test('readings that can not be stored are a refusal', async () => {
  const { web, channels, pool } = await useRoutes();
  await addChannel(pool, testChannel());
  channels.start();
  await poll(() => channels.isKnown());
  web.onSubmit(() => Promise.reject(new IngestStalledError()));
  const { status, text, headers } = await web.ask(UPDATE);
  expect([status, text, headers.get('retry-after')]).toEqual([503, '0', '10']);
});
