import type { Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { rawClient } from '../support/raw-client.ts';
import { type TestService, useService } from '../support/service.ts';

function publish(topic: string, payload: string): Packet {
  return { cmd: 'publish', topic, payload, qos: 1, messageId: 1, dup: false, retain: false };
}

async function becomes({ getJson }: TestService, online: boolean): Promise<void> {
  await poll(async () => {
    const { stations } = (await getJson('/api/stations')) as { stations: { online: boolean }[] };
    return stations[0]?.online === online;
  });
}

async function withReading(): Promise<TestService> {
  const service = await useService();
  const posted = await fetch(`${service.url}/api/stations/a/readings`, { method: 'POST', body: '{"t":1}' });
  expect(posted.status).toBe(201);
  return service;
}

test('a station is online while a connection publishes its readings', async () => {
  const service = await useService();
  const client = await rawClient(service.mqttPort);
  client.send(publish('stations/a/t', '1'));
  await becomes(service, true);
  client.send({ cmd: 'disconnect' });
  await becomes(service, false);
});

test('a station that only posts over HTTP is not online', async () => {
  await becomes(await withReading(), false);
});

test('a station is what it says on its status topic', async () => {
  const service = await withReading();
  const client = await rawClient(service.mqttPort);
  client.send(publish('stations/a/status', 'online'));
  await becomes(service, true);
  client.send(publish('stations/a/status', 'offline'));
  await becomes(service, false);
});

test('a last will takes a station offline, and subscribers get it', async () => {
  const service = await withReading();
  const watcher = await rawClient(service.mqttPort);
  watcher.send({
    cmd: 'subscribe',
    messageId: 1,
    subscriptions: [{ topic: 'stations/+/status', qos: 1 }],
  });
  await watcher.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
  const will = { topic: 'stations/a/status', payload: Buffer.from('offline'), qos: 1, retain: true };
  const client = await rawClient(service.mqttPort, { will } as object);
  client.send(publish('stations/a/status', 'online'));
  await becomes(service, true);
  client.socket.destroy();
  await becomes(service, false);
  await watcher.waitFor((received) =>
    received.some((packet) => packet.cmd === 'publish' && packet.payload.toString() === 'offline'),
  );
});

test('a station whose connection has ended before its message was stored is not online', async () => {
  const service = await withReading();
  const { pool } = service.database;
  const client = await pool.connect();
  await client.query('BEGIN; LOCK TABLE readings IN EXCLUSIVE MODE');
  const station = await rawClient(service.mqttPort);
  const online = { ...publish('stations/a/status', 'online'), qos: 0 } as Packet;
  station.send({ ...publish('stations/a/t', '2'), qos: 0 } as Packet, online, { cmd: 'disconnect' });
  await station.closed();
  await client.query('COMMIT');
  client.release();
  await poll(async () => (await pool.query('SELECT FROM readings')).rowCount === 2);
  await becomes(service, false);
  const other = await rawClient(service.mqttPort);
  other.send(publish('stations/b/t', '1'));
  await other.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  await becomes(service, false);
});
