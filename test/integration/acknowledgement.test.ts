import type { Packet } from 'mqtt-packet';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { type RawClient, rawClient } from '../support/raw-client.ts';
import { type TestService, useService } from '../support/service.ts';

type Qos = 0 | 1 | 2;

function publish(messageId: number, qos: Qos, payload = '21.5', more: object = {}): Packet {
  const topic = 'stations/outside/temperature';
  return { cmd: 'publish', topic, payload, qos, messageId, dup: false, retain: false, ...more };
}

function ack(cmd: string, messageId: number): (received: readonly Packet[]) => boolean {
  return (received) => received.some((packet) => packet.cmd === cmd && packet.messageId === messageId);
}

async function storedValues({ database }: TestService): Promise<readonly number[]> {
  const { rows } = await database.pool.query<{ value: number }>(
    'SELECT value FROM readings ORDER BY received_at',
  );
  return rows.map(({ value }) => value);
}

/** Keeps everybody from writing readings until the returned function is called. */
async function lockReadings({ database }: TestService): Promise<() => Promise<void>> {
  const client = new Client(database.connection);
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('BEGIN');
  await client.query('LOCK TABLE readings IN EXCLUSIVE MODE');
  return async () => void (await client.query('COMMIT'));
}

async function writerWaits({ database }: TestService): Promise<void> {
  await poll(async () => {
    const { rowCount } = await database.pool.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    return rowCount === 1;
  });
}

/** Whether a packet that is answered at once, and behind all acknowledgements, comes back. */
async function pinged(client: RawClient): Promise<void> {
  const before = client.received.length;
  client.send({ cmd: 'pingreq' });
  await client.waitFor((received) => received.slice(before).some(({ cmd }) => cmd === 'pingresp'));
}

describe.each<[Qos, string]>([
  [1, 'puback'],
  [2, 'pubrec'],
])('QoS %d', (qos, acknowledgement) => {
  test(`the ${acknowledgement} comes after the commit: the reading is in the table by then`, async () => {
    const service = await useService();
    const client = await rawClient(service.mqttPort);
    client.send(publish(7, qos));
    await client.waitFor(ack(acknowledgement, 7));
    expect(await storedValues(service)).toEqual([21.5]);
  });

  test(`there is no ${acknowledgement} while the commit waits, and other clients are answered`, async () => {
    const service = await useService();
    const client = await rawClient(service.mqttPort);
    client.send(publish(1, qos));
    await client.waitFor(ack(acknowledgement, 1));
    const unlock = await lockReadings(service);
    client.send(publish(7, qos));
    await writerWaits(service);
    await pinged(await rawClient(service.mqttPort));
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack', acknowledgement]);
    await unlock();
    await client.waitFor(ack(acknowledgement, 7));
    expect(await storedValues(service)).toHaveLength(2);
  });

  test(`what can't be decoded is kept as rejected, and then gets its ${acknowledgement}`, async () => {
    const service = await useService();
    const client = await rawClient(service.mqttPort, { clientId: 'frog' });
    client.send(publish(7, qos, 'croak'));
    await client.waitFor(ack(acknowledgement, 7));
    const { rows } = await service.database.pool.query(
      'SELECT topic, payload, qos, client_id, reason FROM rejected_messages',
    );
    expect(rows).toEqual([
      {
        topic: 'stations/outside/temperature',
        payload: Buffer.from('croak'),
        qos,
        client_id: 'frog',
        reason: 'value-not-a-number',
      },
    ]);
    expect(await storedValues(service)).toEqual([]);
  });

  test('a burst is acknowledged in the order in which it came, good and bad alike', async () => {
    const service = await useService();
    const client = await rawClient(service.mqttPort);
    const ids = Array.from({ length: 500 }, (_, index) => index + 1);
    client.send(
      ...ids.map((id) =>
        publish(id, qos, id % 3 === 0 ? 'croak' : `${id}`, id % 7 === 0 ? { topic: 'garden/x' } : {}),
      ),
    );
    await client.waitFor(ack(acknowledgement, 500));
    const answers = client.received.filter(({ cmd }) => cmd === acknowledgement);
    expect(answers.map(({ messageId }) => messageId)).toEqual(ids);
  });

  test('a message that comes again with DUP in the same session makes no second row', async () => {
    const service = await useService();
    const before = await rawClient(service.mqttPort, { clientId: 'board', clean: false });
    before.send(publish(7, qos));
    await poll(async () => (await storedValues(service)).length === 1);
    before.socket.destroy();
    const after = await rawClient(service.mqttPort, { clientId: 'board', clean: false });
    after.send(publish(7, qos, '21.5', { dup: true }));
    await after.waitFor(ack(acknowledgement, 7));
    after.send(publish(8, qos, '21.5'));
    await after.waitFor(ack(acknowledgement, 8));
    expect(await storedValues(service)).toEqual([21.5, 21.5]);
  });
});

test('QoS 0 is stored as well', async () => {
  const service = await useService();
  const client = await rawClient(service.mqttPort);
  client.send(publish(0, 0, '1'), publish(0, 0, '2'));
  await poll(async () => (await storedValues(service)).length === 2);
  expect(await storedValues(service)).toEqual([1, 2]);
});

test('QoS 2: a message whose PUBREC was lost is stored once, and its identifier serves again after PUBCOMP', async () => {
  const service = await useService();
  const client = await rawClient(service.mqttPort);
  client.send(publish(7, 2, '1'));
  await client.waitFor(ack('pubrec', 7));
  client.send(publish(7, 2, '1', { dup: true }));
  client.send({ cmd: 'pubrel', messageId: 7, qos: 1 } as Packet);
  await client.waitFor(ack('pubcomp', 7));
  client.send(publish(7, 2, '2'));
  await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'pubrec').length === 3);
  expect(await storedValues(service)).toEqual([1, 2]);
});

test('QoS 2: a new message under an identifier that is still open is stored, for a board may have begun to count anew', async () => {
  const service = await useService();
  const board = await rawClient(service.mqttPort, { clientId: 'board', clean: false });
  board.send(publish(3, 2, '1'));
  await board.waitFor(ack('pubrec', 3));
  board.socket.destroy();
  const again = await rawClient(service.mqttPort, { clientId: 'board', clean: false });
  again.send(publish(3, 2, '2'));
  await again.waitFor(ack('pubrec', 3));
  expect(await storedValues(service)).toEqual([1, 2]);
});

test('a client that goes before its commit has its readings stored all the same', async () => {
  const service = await useService();
  const client = await rawClient(service.mqttPort);
  const unlock = await lockReadings(service);
  client.send(publish(1, 1, '1'), publish(2, 1, '2'));
  await writerWaits(service);
  client.socket.destroy();
  await unlock();
  await poll(async () => (await storedValues(service)).length === 2);
  const other = await rawClient(service.mqttPort);
  other.send(publish(3, 1, '3'));
  await other.waitFor(ack('puback', 3));
  expect(await storedValues(service)).toEqual([1, 2, 3]);
});

test('QoS 2: 1,500 messages at once are each answered and stored once', async () => {
  const service = await useService();
  const client = await rawClient(service.mqttPort);
  const ids = Array.from({ length: 1_500 }, (_, index) => index + 1);
  client.send(...ids.map((id) => publish(id, 2, `${id}`)));
  await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'pubrec').length === ids.length);
  client.send(...ids.map((id): Packet => ({ cmd: 'pubrel', messageId: id, qos: 1 }) as Packet));
  await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'pubcomp').length === ids.length);
  expect(await storedValues(service)).toEqual(ids);
});

test('subscribers are told of what a client sent that has gone before its commit', async () => {
  const service = await useService();
  const watcher = await rawClient(service.mqttPort);
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'stations/#', qos: 2 }] });
  await watcher.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
  const unlock = await lockReadings(service);
  const client = await rawClient(service.mqttPort);
  client.send(publish(1, 1, '1'), publish(2, 2, '2'));
  await writerWaits(service);
  client.socket.destroy();
  await client.closed();
  await unlock();
  await watcher.waitFor((received) => received.filter(({ cmd }) => cmd === 'publish').length === 2);
  expect(await storedValues(service)).toEqual([1, 2]);
});
