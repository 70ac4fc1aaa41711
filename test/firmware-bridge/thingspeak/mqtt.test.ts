import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { createSecret, hashSecret } from '../../../src/access/credential.ts';
import { rotateChannelKeys, removeChannel } from '../../../src/storage/channels-query.ts';
import { addCredential } from '../../../src/storage/credentials-query.ts';
import { useTestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import { useFolder } from '../../support/program.ts';
import { connectPacket, type RawClient, rawClient } from '../../support/raw-client.ts';
import {
  CHANNEL,
  FIELDS,
  type TestThingSpeak,
  type ThingSpeakOptions,
  useThingSpeak,
  WRITE_KEY,
} from '../../support/thingspeak.ts';

const PUBLISH = `channels/${CHANNEL}/publish`;
/** As ThingSpeak gives a device; its password is what the channel was given for a write key. */
const LOGIN = { username: 'DEVICE1234567890', password: Buffer.from(WRITE_KEY) };

async function entries({ database }: TestThingSpeak): Promise<readonly object[]> {
  const { rows } = await database.pool.query(
    'SELECT entry_id::int AS id, fields, status FROM channel_entries ORDER BY entry_id',
  );
  return rows;
}

async function rejected({ database }: TestThingSpeak): Promise<readonly object[]> {
  const { rows } = await database.pool.query('SELECT topic, reason FROM rejected_messages ORDER BY id');
  return rows;
}

async function stations({ database }: TestThingSpeak): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ station: string }>('SELECT station FROM stations ORDER BY 1');
  return rows.map(({ station }) => station);
}

function publish(topic: string, payload: string, qos: 0 | 1 | 2 = 1, messageId = 1): Packet {
  return { cmd: 'publish', topic, payload, qos, messageId, dup: false, retain: false };
}

/** A client that sends exactly what it is told to. */
async function loggedIn({ mqttPort }: TestThingSpeak, login = LOGIN): Promise<RawClient> {
  const client = await rawClient(mqttPort, { connect: false });
  client.send({ ...connectPacket(`board-${Math.random()}`), ...login });
  await client.waitFor((received) => received.some(({ cmd }) => cmd === 'connack'));
  return client;
}

const has = (cmd: Packet['cmd'], id: number) => (received: readonly Packet[]) =>
  received.some((packet) => packet.cmd === cmd && packet.messageId === id);

/** One that is let in without a credential only where the test says so. */
function useChannels(options: ThingSpeakOptions = {}): Promise<TestThingSpeak> {
  return useThingSpeak({ ...options, config: { allowAnonymous: false, ...options.config } });
}

describe('who has logged in with the write key of a channel', () => {
  test('writes to it, and has PUBACK when entry and readings are stored', async () => {
    const service = await useChannels();
    // What is acknowledged before it is stored would be found missing.
    await service.database.pool.query(`
      CREATE FUNCTION tarry() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;
      CREATE TRIGGER tarry BEFORE INSERT ON channel_entries FOR EACH ROW EXECUTE FUNCTION tarry()`);
    const client = await service.connect(LOGIN);
    await client.publishAsync(PUBLISH, 'field1=21.5&field2=19&status=up', { qos: 1 });
    expect(await entries(service)).toEqual([{ id: 1, fields: { '1': '21.5', '2': '19' }, status: 'up' }]);
    expect(await service.values('outside', 'temperature')).toEqual([21.5]);
    expect(await service.values('inside', 'temperature')).toEqual([19]);
    expect((await service.get(`/channels/${CHANNEL}/fields/1/last`)).text).toBe('21.5');
  });

  test('writes one field by itself, at any QoS', async () => {
    const service = await useChannels();
    const client = await service.connect(LOGIN);
    await client.publishAsync(`${PUBLISH}/fields/field1`, '1', { qos: 0 });
    await client.publishAsync(`${PUBLISH}/fields/field1`, '2', { qos: 1 });
    await client.publishAsync(`${PUBLISH}/fields/field2`, '3', { qos: 2 });
    await poll(async () => (await entries(service)).length === 3);
    expect(await entries(service)).toMatchObject([
      { id: 1, fields: { '1': '1' } },
      { id: 2, fields: { '1': '2' } },
      { id: 3, fields: { '2': '3' } },
    ]);
    expect(await service.values('outside', 'temperature')).toEqual([1, 2]);
    expect(await service.values('inside', 'temperature')).toEqual([3]);
  });

  test('is numbered among those who write over HTTP', async () => {
    const service = await useChannels();
    const client = await service.connect(LOGIN);
    await client.publishAsync(PUBLISH, 'field1=1', { qos: 1 });
    expect((await service.get(`/update?api_key=${WRITE_KEY}&field1=2`)).text).toBe('2');
    await client.publishAsync(PUBLISH, 'field1=3', { qos: 1 });
    expect((await service.get(`/update?api_key=${WRITE_KEY}&field1=4`)).text).toBe('4');
  });

  test('may do nothing else', async () => {
    const service = await useChannels({ channels: [{}, { id: 2, writeKeyHash: hashSecret('another key') }] });
    const reader = await loggedIn(service);
    const filters = ['#', 'live/#', 'stations/outside/#', PUBLISH];
    const subscriptions = filters.map((topic) => ({ topic, qos: 0 as const }));
    reader.send({ cmd: 'subscribe', messageId: 1, subscriptions });
    const suback = await reader.waitFor((received) => received.find(({ cmd }) => cmd === 'suback'));
    expect(suback).toMatchObject({ granted: [128, 128, 128, 128] });
    for (const topic of ['stations/outside/temperature', 'channels/2/publish', 'elsewhere']) {
      const client = await loggedIn(service);
      client.send(publish(topic, 'field1=1'));
      await client.closed();
    }
    expect([await entries(service), await stations(service), await rejected(service)]).toEqual([[], [], []]);
  });

  test('is cut at its next message when the key was replaced, or the channel removed', async () => {
    const service = await useChannels();
    const { pool } = service.database;
    const client = await loggedIn(service);
    await rotateChannelKeys(pool, CHANNEL, { write: hashSecret('another key'), read: undefined });
    await poll(async () => (await service.get(`/update?api_key=another%20key&field1=1`)).status === 200);
    client.send(publish(PUBLISH, 'field1=2'));
    await client.closed();
    const next = await loggedIn(service, { ...LOGIN, password: Buffer.from('another key') });
    await removeChannel(pool, CHANNEL);
    await poll(async () => (await service.get(`/update?api_key=another%20key&field1=1`)).status === 401);
    next.send(publish(PUBLISH, 'field1=2'));
    await next.closed();
    expect(await service.values('outside', 'temperature')).not.toContain(2);
  });

  test('is not let in by the name of a credential, nor with another key', async () => {
    const database = await useTestDatabase();
    const credential = { kind: 'station', name: 'outside', filters: [] } as const;
    await addCredential(database.pool, { ...credential, secretHash: hashSecret(createSecret()) });
    const service = await useChannels({ database });
    for (const login of [
      { ...LOGIN, username: 'outside' },
      { ...LOGIN, password: 'wrong' },
    ]) {
      await expect(service.connect(login)).rejects.toMatchObject({ code: 4 });
    }
    expect(service.service.counters()).toMatchObject({ logins_refused: 2 });
  });
});

describe('a write key at the end of the topic', () => {
  test('is enough for whoever is let in', async () => {
    const database = await useTestDatabase();
    const secret = createSecret();
    const credential = { kind: 'integrator', name: 'grafana', filters: ['live/#'] } as const;
    await addCredential(database.pool, { ...credential, secretHash: hashSecret(secret) });
    const service = await useThingSpeak({ database });
    const nobody = await service.connect();
    await nobody.publishAsync(`${PUBLISH}/${WRITE_KEY}`, 'field1=1', { qos: 1 });
    await nobody.publishAsync(`${PUBLISH}/fields/field1/${WRITE_KEY}`, '2', { qos: 2 });
    const integrator = await service.connect({ username: 'grafana', password: secret });
    await integrator.publishAsync(`${PUBLISH}/${WRITE_KEY}`, 'field1=3', { qos: 1 });
    expect(await service.values('outside', 'temperature')).toEqual([1, 2, 3]);
  });

  test('that is wrong ends the connection, and counts as a wrong secret', async () => {
    const service = await useThingSpeak({ config: { wrongSecretsPerMinute: 2 } });
    const topics = [`${PUBLISH}/WRONG`, `${PUBLISH}/fields/field1/WRONG`, `channels/7/publish/${WRITE_KEY}`];
    for (const topic of topics) {
      const client = await rawClient(service.mqttPort);
      // What follows in the same breath is not taken any more.
      client.send(publish(topic, 'field1=1'), publish(`${PUBLISH}/${WRITE_KEY}`, 'field1=2', 1, 2));
      await client.closed();
      expect(client.received.filter(({ cmd }) => cmd !== 'connack')).toEqual([]);
    }
    expect([await entries(service), await stations(service), await rejected(service)]).toEqual([[], [], []]);
    expect(service.service.counters()).toMatchObject({
      thingspeak_refused_key_unknown: 3,
      publishes_refused: 3,
      logins_throttled: 1,
    });
    expect((await service.get('/update?api_key=WRONG&field1=1')).status).toBe(429);
  });

  test('that is wrong ends it also at QoS 0 and 2, and the last will of such a topic is refused', async () => {
    const service = await useThingSpeak();
    for (const qos of [0, 2] as const) {
      const client = await rawClient(service.mqttPort);
      client.send(publish(`${PUBLISH}/WRONG`, 'field1=1', qos));
      await client.closed();
    }
    const client = await rawClient(service.mqttPort, { connect: false });
    const will = {
      topic: `${PUBLISH}/WRONG`,
      payload: Buffer.from('field1=1'),
      qos: 0,
      retain: false,
    } as const;
    client.send({ ...connectPacket('with-a-will'), will });
    await client.waitFor((received) => received.find(({ cmd }) => cmd === 'connack')?.cmd);
    expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 5 }]);
    expect(await entries(service)).toEqual([]);
    expect(service.service.counters()).toMatchObject({ thingspeak_refused_key_unknown: 3 });
  });

  test('is found nowhere afterwards: not with subscribers, in the log, among rejected messages or on disk', async () => {
    const dataDir = await useFolder();
    const service = await useThingSpeak({ config: { dataDir } });
    const reader = await service.connect();
    const heard: string[] = [];
    reader.on('message', (topic) => heard.push(topic));
    await reader.subscribeAsync(['#', 'channels/#'], { qos: 2 });
    const client = await service.connect();
    for (const qos of [0, 1, 2] as const) {
      await client.publishAsync(`${PUBLISH}/${WRITE_KEY}`, 'field1=1', { qos, retain: true });
    }
    await client.publishAsync(`${PUBLISH}/${WRITE_KEY}`, 'hello', { qos: 1 });
    const wrong = await rawClient(service.mqttPort);
    wrong.send(publish(`channels/1/publish/${WRITE_KEY}`, 'field1=1'));
    await wrong.closed();
    const odd = await rawClient(service.mqttPort);
    odd.send(publish(`${PUBLISH}/${WRITE_KEY}/more`, 'field1=1'));
    await odd.closed();
    await client.publishAsync('stations/end/t', '1', { qos: 1 });
    await poll(() => heard.includes('live/end/t'));
    expect(heard.filter((topic) => topic.startsWith('channels'))).toEqual([]);
    const late = await service.connect();
    const retained: string[] = [];
    late.on('message', (topic) => retained.push(topic));
    await late.subscribeAsync('#');
    await poll(() => retained.includes('live/end/t'));
    expect(retained.filter((topic) => topic.startsWith('channels'))).toEqual([]);
    expect(await rejected(service)).toEqual([{ topic: PUBLISH, reason: 'value-missing' }]);
    expect(service.logged.filter(({ msg }) => msg.includes('may not'))).toHaveLength(2);
    expect(JSON.stringify(service.logged)).not.toContain(WRITE_KEY);
    await service.service.close();
    expect(await filesWith(dataDir, WRITE_KEY)).toEqual([]);
  });

  test('may be that of a last will, which is an entry then', async () => {
    const service = await useThingSpeak();
    const topic = `${PUBLISH}/${WRITE_KEY}`;
    const client = await rawClient(service.mqttPort, { connect: false });
    const will = { topic, payload: Buffer.from('status=gone'), qos: 1, retain: true } as const;
    client.send({ ...connectPacket('with-a-will'), will });
    await client.waitFor((received) => received.some(({ cmd }) => cmd === 'connack'));
    client.socket.destroy();
    await poll(async () => (await entries(service)).length === 1);
    expect(await entries(service)).toMatchObject([{ status: 'gone' }]);
  });
});

describe('without a key', () => {
  test('nobody writes who has no login, also where none is needed', async () => {
    const service = await useThingSpeak();
    const client = await rawClient(service.mqttPort);
    client.send(publish(PUBLISH, 'field1=1'));
    await client.closed();
    expect(await entries(service)).toEqual([]);
    expect(service.service.counters()).toMatchObject({ thingspeak_refused_key_missing: 1 });
    // But whoever shows a key when it logs in does.
    const board = await service.connect(LOGIN);
    await board.publishAsync(PUBLISH, 'field1=2', { qos: 1 });
    expect(await service.values('outside', 'temperature')).toEqual([2]);
  });

  test('a station writes to a channel of which it has every field', async () => {
    const database = await useTestDatabase();
    const secret = createSecret();
    const credential = { kind: 'station', name: 'outside', filters: [] } as const;
    await addCredential(database.pool, { ...credential, secretHash: hashSecret(secret) });
    const all = [FIELDS[0]!, { ...FIELDS[0]!, field: 2, metric: 'humidity' }];
    const own = { id: 2, writeKeyHash: hashSecret('another key'), fields: all };
    const service = await useChannels({ database, channels: [{}, own] });
    const login = { username: 'outside', password: secret };
    const client = await service.connect(login);
    await client.publishAsync('channels/2/publish', 'field1=1&field2=50', { qos: 1 });
    expect(await service.values('outside', 'humidity')).toEqual([50]);
    const other = await loggedIn(service, { ...login, password: Buffer.from(secret) });
    other.send(publish(PUBLISH, 'field1=1'));
    await other.closed();
    expect(await service.values('outside', 'temperature')).toEqual([1]);
  });
});

test('what is not understood is kept with its reason, and acknowledged', async () => {
  const service = await useChannels();
  const client = await service.connect(LOGIN);
  await client.publishAsync(PUBLISH, 'hello', { qos: 1 });
  await client.publishAsync(`${PUBLISH}/fields/field9`, '1', { qos: 2 });
  await client.publishAsync(PUBLISH, 'field1=1&created_at=2020-03-01T10:00:00Z', { qos: 1 });
  await client.publishAsync(PUBLISH, 'field1=2&created_at=2020-03-01T10:00:00Z', { qos: 1 });
  expect(await rejected(service)).toEqual([
    { topic: PUBLISH, reason: 'value-missing' },
    { topic: `${PUBLISH}/fields/field9`, reason: 'channel-field' },
    { topic: PUBLISH, reason: 'entry-conflict' },
  ]);
  expect(await service.values('outside', 'temperature')).toEqual([1]);
  expect(service.service.counters()).toMatchObject({
    thingspeak_entries_stored: 1,
    thingspeak_refused_content: 2,
    thingspeak_refused_conflict: 1,
  });
});

test('what a board does wrong is told and counted as it is over HTTP, across both', async () => {
  const service = await useChannels();
  const client = await service.connect(LOGIN);
  await client.publishAsync(PUBLISH, 'field1=1&field3=2&field221.06', { qos: 1 });
  await service.get(`/update?api_key=${WRITE_KEY}&field1=1&field3=2`);
  expect(service.logged.filter(({ msg }) => msg.startsWith('a board sends'))).toHaveLength(2);
  expect(service.service.counters()).toMatchObject({
    thingspeak_values_unmapped: 2,
    thingspeak_notices: 1,
    thingspeak_entries_stored: 2,
  });
});

test('acknowledgements leave in the order of the messages, whatever topics they are of', async () => {
  const service = await useThingSpeak();
  const client = await rawClient(service.mqttPort);
  const topics = [`${PUBLISH}/${WRITE_KEY}`, 'stations/a/t', 'elsewhere'];
  const ids = Array.from({ length: 60 }, (_, index) => index + 1);
  // Several batches, of which some hold entries and others none.
  for (let start = 0; start < ids.length; start += 6) {
    client.send(
      ...ids
        .slice(start, start + 6)
        .map((id) => publish(topics[Math.floor(id / 4) % 3]!, `field1=${id}`, 1, id)),
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
  await client.waitFor(has('puback', 60));
  const answered = client.received.filter(({ cmd }) => cmd === 'puback').map(({ messageId }) => messageId);
  expect(answered).toEqual(ids);
});

test('a redelivery is one entry', async () => {
  const service = await useThingSpeak();
  const message = publish(`${PUBLISH}/${WRITE_KEY}`, 'field1=1', 1, 7);
  const client = await rawClient(service.mqttPort, { clientId: 'board', clean: false });
  client.send(message);
  await client.waitFor(has('puback', 7));
  client.socket.destroy();
  const again = await rawClient(service.mqttPort, { clientId: 'board', clean: false });
  again.send({ ...message, dup: true } as Packet);
  await again.waitFor(has('puback', 7));
  expect(await entries(service)).toHaveLength(1);
  expect(await service.values('outside', 'temperature')).toEqual([1]);
  expect(service.service.counters()).toMatchObject({
    thingspeak_entries_stored: 1,
    thingspeak_entries_duplicate: 1,
  });
});

test('the stations of its readings are there while the board is', async () => {
  const service = await useChannels();
  const client = await service.connect(LOGIN);
  await client.publishAsync(PUBLISH, 'field1=1', { qos: 1 });
  // They are known from their first reading on.
  await client.publishAsync(PUBLISH, 'field1=2', { qos: 1 });
  const isOnline = async (): Promise<boolean> => {
    const { text } = await service.get('/api/stations');
    return (JSON.parse(text) as { stations: { online: boolean }[] }).stations.every(({ online }) => online);
  };
  expect(await isOnline()).toBe(true);
  await client.endAsync();
  await poll(async () => !(await isOnline()));
});

/** Files below a folder that hold a text. */
async function filesWith(folder: string, text: string): Promise<readonly string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    if ((await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
