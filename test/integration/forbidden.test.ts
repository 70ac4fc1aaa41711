import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { rawClient } from '../support/raw-client.ts';
import { useService } from '../support/service.ts';

function publish(topic: string, qos: 0 | 1 | 2 = 1): Packet {
  return { cmd: 'publish', topic, payload: '1', qos, messageId: 1, dup: false, retain: false };
}

describe('a connection is closed, without an acknowledgement,', () => {
  test.each(['live/outside/temperature', 'live', '$SYS/broker/x', '$share/a/b'])(
    'when it publishes on %s',
    async (topic) => {
      const { mqttPort, database } = await useService();
      const client = await rawClient(mqttPort);
      client.send(publish(topic));
      await client.closed();
      expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
      expect((await database.pool.query('SELECT FROM rejected_messages')).rowCount).toBe(0);
    },
  );

  test('when the topic has more than 100 levels', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort);
    client.send(publish(Array.from({ length: 100 }, () => 'x').join('/')));
    await client.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
    client.send(publish(Array.from({ length: 101 }, () => 'x').join('/')));
    await client.closed();
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack', 'puback']);
  });

  test('when a packet announces more than 256 KiB', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort);
    // A PUBLISH of 262,145 bytes, of which only the header is sent.
    client.sendBytes(Uint8Array.of(0x32, 0x81, 0x80, 0x10));
    await client.closed();
  });

  test('when a packet announces more than 4 KiB before CONNECT', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort, { connect: false });
    client.sendBytes(Uint8Array.of(0x10, 0x81, 0x20));
    await client.closed();
  });
});

test('a payload of more than 64 KiB in a packet of less than 256 KiB is kept as rejected', async () => {
  const { mqttPort, getJson } = await useService();
  const client = await rawClient(mqttPort);
  client.send({ ...publish('stations/a/t'), payload: '1'.repeat(200_000) } as Packet);
  await client.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  expect(await getJson('/api/rejected')).toMatchObject({ rejected: [{ reason: 'payload-too-large' }] });
});

test.each(['live/a/t', '$SYS/x'])('a last will on %s is not published', async (topic) => {
  const { mqttPort } = await useService();
  const watcher = await rawClient(mqttPort);
  const subscriptions = ['#', 'live/#', 'sentinel/#'].map((filter) => ({ topic: filter, qos: 0 }));
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions } as Packet);
  await watcher.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
  const dying = await rawClient(mqttPort, {
    will: { topic, payload: Buffer.from('1'), qos: 1, retain: false },
  } as object);
  dying.socket.destroy();
  const other = await rawClient(mqttPort, {
    will: { topic: 'sentinel/x', payload: Buffer.from('1'), qos: 0 },
  } as object);
  other.socket.destroy();
  await watcher.waitFor((received) =>
    received.some((packet) => packet.cmd === 'publish' && packet.topic === 'sentinel/x'),
  );
  const topics = watcher.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []));
  expect(topics).not.toContain(topic);
});

test.each(['$SYS/#', '$share/group/live/#'])('a subscription to %s is refused with 128', async (filter) => {
  const { mqttPort } = await useService();
  const client = await rawClient(mqttPort);
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 0 }] });
  const suback = await client.waitFor((received) => received.find(({ cmd }) => cmd === 'suback'));
  expect(suback).toMatchObject({ granted: [128] });
});

describe('without anonymous clients', () => {
  test('CONNECT is answered with 5, not authorized', async () => {
    const { mqttPort } = await useService({ allowAnonymous: false });
    const client = await rawClient(mqttPort);
    await client.closed();
    expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 5 }]);
  });

  test('a posted reading is answered with 401', async () => {
    const { url, getJson } = await useService({ allowAnonymous: false });
    const response = await fetch(`${url}/api/stations/a/readings`, { method: 'POST', body: '{"t":1}' });
    expect(response.status).toBe(401);
    expect(await getJson('/api/stations')).toEqual({ stations: [] });
  });
});
