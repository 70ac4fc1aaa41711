import { describe, expect, test } from 'vitest';
import { type TestDatabase, useTestDatabase } from '../../support/database.ts';
import { socketOf, through } from '../../support/database-proxy.ts';
import { freePort } from '../../support/free-port.ts';
import { useFreezableProxy } from '../../support/freezable-proxy.ts';
import { poll } from '../../support/poll.ts';
import { useFolder } from '../../support/program.ts';
import { connectPacket, rawClient } from '../../support/raw-client.ts';
import { startOn } from '../../support/service.ts';
import { CHANNEL, useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';

const KEYED = `channels/${CHANNEL}/publish/${WRITE_KEY}`;

/** As `number=field 1`, in the order of their numbers. */
async function entries({ pool }: TestDatabase): Promise<readonly string[]> {
  const { rows } = await pool.query<{ told: string }>(
    "SELECT entry_id || '=' || (fields ->> '1') AS told FROM channel_entries ORDER BY entry_id",
  );
  return rows.map(({ told }) => told);
}

async function values({ pool }: TestDatabase): Promise<readonly number[]> {
  const { rows } = await pool.query<{ value: number }>('SELECT value FROM readings ORDER BY received_at');
  return rows.map(({ value }) => value);
}

test('while the database is away updates are acknowledged from the spool, and numbered when it is back', async () => {
  const database = await useTestDatabase();
  const proxy = await useFreezableProxy(socketOf(database));
  const service = await useThingSpeak({ database: through(database, proxy.port) });
  const client = await service.connect();
  await client.publishAsync(KEYED, 'field1=1', { qos: 1 });
  proxy.freeze();
  await client.publishAsync(KEYED, 'field1=2', { qos: 1 });
  await client.publishAsync(KEYED, 'field1=3', { qos: 0 });
  await client.publishAsync(KEYED, 'field1=4', { qos: 2 });
  await client.publishAsync(KEYED, 'no update', { qos: 1 });
  expect((await service.get(`/update?api_key=${WRITE_KEY}&field1=5`)).status).toBe(503);
  expect(await entries(database)).toEqual(['1=1']);
  proxy.thaw();
  // Readings follow their entries.
  await poll(async () => (await values(database)).length === 4);
  expect(await entries(database)).toEqual(['1=1', '2=2', '3=3', '4=4']);
  expect(await values(database)).toEqual([1, 2, 3, 4]);
  await poll(() => service.service.counters()['thingspeak_refused_content'] === 1);
  expect(service.service.counters()).toMatchObject({ thingspeak_entries_stored: 4 });
  expect((await service.get(`/update?api_key=${WRITE_KEY}&field1=5`)).text).toBe('5');
});

test('what the spool holds at a start is stored once, when the channels are known', async () => {
  const database = await useTestDatabase();
  const proxy = await useFreezableProxy(socketOf(database));
  const dataDir = await useFolder();
  const first = await useThingSpeak({ database: through(database, proxy.port), config: { dataDir } });
  const client = await first.connect();
  proxy.freeze();
  await client.publishAsync(KEYED, 'field1=1', { qos: 1 });
  await client.publishAsync(KEYED, 'field1=2', { qos: 1 });
  await first.service.close();
  expect(await entries(database)).toEqual([]);
  const second = await startOn(database, { dataDir });
  await poll(async () => (await values(database)).length === 2);
  expect([await entries(database), await values(database)]).toEqual([
    ['1=1', '2=2'],
    [1, 2],
  ]);
  await poll(() => second.service.gauges()['spooled_messages'] === 0);
});

test('while the spool takes nothing either there is no PUBACK, until there is', async () => {
  const database = await useTestDatabase();
  const proxy = await useFreezableProxy(socketOf(database));
  const service = await useThingSpeak({
    database: through(database, proxy.port),
    config: { spoolMaxBytes: 1 },
  });
  const client = await rawClient(service.mqttPort);
  proxy.freeze();
  const message = { cmd: 'publish', qos: 1, messageId: 1, dup: false, retain: false } as const;
  client.send({ ...message, topic: KEYED, payload: 'field1=1' });
  await poll(async () => (await service.get('/status')).text.includes('No reading can be stored.'));
  expect(client.received).toMatchObject([{ cmd: 'connack' }]);
  proxy.thaw();
  await client.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  expect([await entries(database), await values(database)]).toEqual([['1=1'], [1]]);
});

test('as long as the channels have never been read, nobody is taken for one who may write', async () => {
  const database = await useTestDatabase();
  const port = await freePort();
  const service = await useThingSpeak({ database: through(database, port) });
  const client = await rawClient(service.mqttPort);
  const message = { cmd: 'publish', qos: 1, messageId: 1, dup: false, retain: false } as const;
  client.send({ ...message, topic: KEYED, payload: 'field1=1' });
  await client.closed();
  expect(client.received).toMatchObject([{ cmd: 'connack' }]);
  expect(service.service.counters()).toMatchObject({
    thingspeak_refused_unavailable: 1,
    messages_spooled: 0,
  });
  await useFreezableProxy(socketOf(database), port);
  await poll(async () => {
    const again = await rawClient(service.mqttPort);
    again.send({ ...message, topic: KEYED, payload: 'field1=1' });
    return again.waitFor((received) => received.some(({ cmd }) => cmd === 'puback')).catch(() => false);
  });
  expect([await entries(database), await values(database)]).toEqual([['1=1'], [1]]);
});

describe('a start without the database', () => {
  const AWAY = 'postgres://nobody@127.0.0.1:1/none';

  /** The folder of a service that has known the channel, and has been stopped. */
  async function useKnownBefore(database: TestDatabase): Promise<string> {
    const dataDir = await useFolder();
    const before = await useThingSpeak({ database, config: { dataDir } });
    await before.service.close();
    return dataDir;
  }

  test('takes updates of channels that were known last into the spool, and numbers them later', async () => {
    const database = await useTestDatabase();
    const dataDir = await useKnownBefore(database);
    const port = await freePort();
    const service = await startOn(through(database, port), { dataDir, allowAnonymous: false });
    const client = await rawClient(service.mqttPort, { connect: false });
    client.send({ ...connectPacket('board'), username: 'device', password: Buffer.from(WRITE_KEY) });
    await client.waitFor((received) => received.length > 0);
    const message = { cmd: 'publish', qos: 1, dup: false, retain: false } as const;
    client.send({ ...message, messageId: 1, topic: `channels/${CHANNEL}/publish`, payload: 'field1=1' });
    client.send({ ...message, messageId: 2, topic: KEYED, payload: 'field1=2' });
    await client.waitFor((received) => received.length === 3);
    expect(client.received).toMatchObject([{ returnCode: 0 }, { cmd: 'puback' }, { cmd: 'puback' }]);
    expect(service.service.gauges()).toMatchObject({ spooled_messages: 2 });
    const reply = await fetch(`${service.url}/update?api_key=${WRITE_KEY}&field1=3`);
    expect([reply.status, await reply.text()]).toEqual([503, '0']);
    await useFreezableProxy(socketOf(database), port);
    await poll(async () => (await values(database)).length === 2);
    expect([await entries(database), await values(database)]).toEqual([
      ['1=1', '2=2'],
      [1, 2],
    ]);
  });

  test('does not take another key, or another channel, for a wrong one', async () => {
    const database = await useTestDatabase();
    const dataDir = await useKnownBefore(database);
    const service = await startOn({ ...database, url: AWAY }, { dataDir });
    for (const topic of [`channels/${CHANNEL}/publish/OTHEROTHEROTHERO`, `channels/7/publish/${WRITE_KEY}`]) {
      const client = await rawClient(service.mqttPort);
      client.send({
        cmd: 'publish',
        qos: 1,
        messageId: 1,
        dup: false,
        retain: false,
        topic,
        payload: 'field1=1',
      });
      await client.closed();
      expect(client.received).toMatchObject([{ cmd: 'connack' }]);
    }
    expect(service.service.counters()).toMatchObject({
      thingspeak_refused_unavailable: 2,
      thingspeak_refused_key_unknown: 0,
      messages_spooled: 0,
    });
  });

  test('tells whoever logs in with a key that is not known yet to come again', async () => {
    const database = await useTestDatabase();
    const dataDir = await useKnownBefore(database);
    const config = { dataDir, allowAnonymous: false };
    const service = await startOn({ ...database, url: AWAY }, config);
    const client = await rawClient(service.mqttPort, { connect: false });
    client.send({ ...connectPacket('board'), username: 'device', password: Buffer.from('OTHEROTHEROTHERO') });
    await client.waitFor((received) => received.length > 0);
    expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 3 }]);
  });
});
