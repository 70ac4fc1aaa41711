import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config.ts';
import { makeCertificate, useCertificateFiles } from '../support/certificate.ts';
import { poll } from '../support/poll.ts';
import { connectPacket, type RawClient, rawClient } from '../support/raw-client.ts';
import { type TestService, useService } from '../support/service.ts';
import { askForWebSocket, openWebSocket, type TestWebSocket } from '../support/web-socket.ts';

type PublishPacket = Extract<Packet, { cmd: 'publish' }>;

function publish(messageId: number, more: Partial<PublishPacket> = {}): PublishPacket {
  const topic = 'stations/outside/temperature';
  const payload = `${messageId}`;
  return { cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false, ...more };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function acknowledged(received: readonly Packet[]): number[] {
  return received.filter(({ cmd }) => cmd === 'puback').map(({ messageId }) => messageId!);
}

function mqttUrl({ service }: TestService): string {
  return `ws://127.0.0.1:${service.http.port}/mqtt`;
}

async function rawOverWebSocket(
  service: TestService,
  options: Parameters<typeof rawClient>[1] = {},
): Promise<Omit<RawClient, 'closed'> & TestWebSocket> {
  const open = await openWebSocket(mqttUrl(service));
  return { ...(await rawClient(open.stream, options)), ...open };
}

async function stored({ database }: TestService): Promise<number> {
  return (await database.pool.query('SELECT FROM readings')).rowCount ?? 0;
}

test.each(['ws', 'wss'])('a reading over %s:// is acknowledged, stored, and told', async (protocol) => {
  const { cert, key } = await makeCertificate();
  const { files } = await useCertificateFiles({ cert, key });
  const service = await useService({ httpsPort: 0, ...files });
  const { http, https } = service.service;
  const url = `${protocol}://127.0.0.1:${protocol === 'ws' ? http.port : https!.port}/mqtt`;
  const watcher = await service.connect({ ca: cert }, url);
  await watcher.subscribeAsync('live/#');
  const told = new Promise<string>((resolve) => {
    watcher.on('message', (_topic, payload) => resolve(payload.toString()));
  });
  const station = await service.connect({ ca: cert }, url);
  await station.publishAsync('stations/outside/temperature', '21.5', { qos: 1 });
  expect(await stored(service)).toBe(1);
  expect(JSON.parse(await told)).toMatchObject({ station: 'outside', value: 21.5 });
  await station.endAsync();
  await expect.poll(() => service.getJson('/api/stations')).toMatchObject({ stations: [{ online: false }] });
});

test('packets may come byte by byte, and several in a frame', async () => {
  const service = await useService();
  const client = await rawOverWebSocket(service);
  const bytes = Buffer.concat([generate(publish(1)), generate({ cmd: 'pingreq' }), generate(publish(2))]);
  for (const byte of bytes) client.webSocket.send(Uint8Array.of(byte));
  client.webSocket.send(Buffer.concat(numbers(20).map((number) => generate(publish(number + 2)))));
  await client.waitFor((received) => acknowledged(received).length === 22);
  expect(acknowledged(client.received)).toEqual(numbers(22));
  expect(client.received.some(({ cmd }) => cmd === 'pingresp')).toBe(true);
});

test.each([
  ['closes', (client: TestWebSocket) => client.webSocket.close()],
  ['is gone', (client: TestWebSocket) => client.webSocket.terminate()],
])('what was sent with CONNECT is stored, though the client %s before it is handled', async (_, leave) => {
  const service = await useService();
  const client = await openWebSocket(mqttUrl(service));
  // Of QoS 2 no more than a few are handled in one turn.
  const messages = numbers(500).map((number) => publish(number, { qos: 2 }));
  await new Promise((resolve) => {
    for (const packet of [connectPacket('eager'), ...messages]) client.webSocket.send(generate(packet));
    client.webSocket.send(generate({ cmd: 'pingreq' }), resolve);
  });
  leave(client);
  await poll(async () => (await stored(service)) === 500);
  await expect.poll(() => service.getJson('/api/stations')).toMatchObject({ stations: [{ online: false }] });
});

test('the last will of a client that is gone without DISCONNECT is published', async () => {
  const service = await useService();
  const watcher = await rawOverWebSocket(service);
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'stations/+/status', qos: 0 }] });
  await watcher.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
  const will = { topic: 'stations/a/status', payload: 'offline', qos: 1, retain: false };
  const station = await rawOverWebSocket(service, { will } as object);
  station.webSocket.close();
  await watcher.waitFor((received) => received.some(({ cmd }) => cmd === 'publish'));
});

test('what is stored while the service stops is acknowledged before the WebSocket is closed, in order', async () => {
  const service = await useService();
  const { pool } = service.database;
  const station = await rawOverWebSocket(service);
  station.send(publish(1));
  await station.waitFor((received) => acknowledged(received).length === 1);
  const client = await pool.connect();
  await client.query('BEGIN; LOCK TABLE readings IN EXCLUSIVE MODE');
  station.send(publish(2), publish(3), publish(4));
  await poll(async () => {
    const { rowCount } = await client.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    return rowCount === 1;
  });
  const stopped = service.service.close();
  await client.query('COMMIT');
  client.release();
  expect(await station.closed()).toBe(1001);
  await stopped;
  expect(acknowledged(station.received)).toEqual([1, 2, 3, 4]);
});

describe('a WebSocket is closed', () => {
  test('with 1003 for a text frame, and nothing in it is taken for MQTT [MQTT-6.0.0-1]', async () => {
    const service = await useService();
    const client = await rawOverWebSocket(service);
    client.webSocket.send(generate(publish(1)).toString('latin1'));
    expect(await client.closed()).toBe(1003);
    expect(acknowledged(client.received)).toEqual([]);
    expect(await stored(service)).toBe(0);
  });

  test('with 1009 when more than a CONNECT is collected before CONNACK, however many do so', async () => {
    const service = await useService();
    const sockets = await Promise.all(numbers(50).map(() => openWebSocket(mqttUrl(service))));
    // All that may be: the longest CONNECT and its fixed header, in fragments of a message that does not end.
    for (const { webSocket } of sockets) {
      webSocket.send(Buffer.alloc(4_000), { fin: false });
      webSocket.send(Buffer.alloc(101), { fin: false });
    }
    for (const { webSocket } of sockets) {
      const pong = new Promise((resolve) => webSocket.once('pong', resolve));
      webSocket.ping();
      await pong;
      webSocket.send(Buffer.alloc(1), { fin: false });
    }
    const codes = await Promise.all(sockets.map(({ closed }) => closed()));
    expect(new Set(codes)).toEqual(new Set([1009]));
  });

  test('with 1009 for a message of MAX_PACKET_BYTES and more than 64 KiB', async () => {
    const maxPacketBytes = 2 * 1024 * 1024;
    const service = await useService({ maxPacketBytes });
    const client = await rawOverWebSocket(service);
    // Whether it is a reading does not matter here.
    const padding = maxPacketBytes - generate(publish(1, { payload: '' })).length;
    client.webSocket.send(generate(publish(1, { payload: 'x'.repeat(padding) })));
    await client.waitFor((received) => acknowledged(received).length === 1);
    client.webSocket.send(Buffer.alloc(maxPacketBytes + 64 * 1024 + 1));
    expect(await client.closed()).toBe(1009);
  });

  test('for what is not MQTT, and for DISCONNECT', async () => {
    const service = await useService();
    const stranger = await openWebSocket(mqttUrl(service));
    stranger.webSocket.send(Buffer.from('hello'));
    expect(await stranger.closed()).toBe(1000);
    const client = await rawOverWebSocket(service);
    client.send({ cmd: 'disconnect' });
    expect(await client.closed()).toBe(1000);
  });
});

describe('a request for a WebSocket is answered with', () => {
  const CASES: [number, string, string, Record<string, string | undefined>, Partial<Config>][] = [
    [101, 'from a program, which names no origin', '/mqtt', {}, {}],
    [101, 'with a slash and a query', '/mqtt/?x=1', {}, {}],
    [101, 'of MQTT 3.1', '/mqtt', { 'sec-websocket-protocol': 'mqttv3.1' }, {}],
    [101, 'from a page of ours', '/mqtt', { host: 'example.org', origin: 'https://example.org' }, {}],
    [
      101,
      'from a page of an allowed site',
      '/mqtt',
      { origin: 'https://example.org' },
      { allowedOrigins: ['https://example.org'] },
    ],
    [403, 'from a page of another site', '/mqtt', { origin: 'https://example.org' }, {}],
    [403, 'from a page without an origin', '/mqtt', { origin: 'null' }, {}],
    [
      403,
      'from an allowed name on another port',
      '/mqtt',
      { origin: 'https://example.org:8443' },
      { allowedOrigins: ['https://example.org'] },
    ],
    [404, 'at another address', '/api/live', {}, {}],
    [404, 'at an address that begins alike', '/mqttx', {}, {}],
    [400, 'without a subprotocol [MQTT-6.0.0-3]', '/mqtt', { 'sec-websocket-protocol': undefined }, {}],
    [400, 'with another subprotocol', '/mqtt', { 'sec-websocket-protocol': 'chat' }, {}],
    [400, 'without a key', '/mqtt', { 'sec-websocket-key': undefined }, {}],
    [400, 'of an unknown version', '/mqtt', { 'sec-websocket-version': '7' }, {}],
  ];
  test.each(CASES)('%d %s', async (status, _, path, headers, overrides) => {
    const { url } = await useService(overrides);
    expect(await askForWebSocket(url + path, headers)).toMatchObject({ status });
  });

  test('the subprotocol, and without compression', async () => {
    const { url } = await useService();
    const { headers } = await askForWebSocket(`${url}/mqtt`, {
      'sec-websocket-protocol': 'chat, mqtt',
      'sec-websocket-extensions': 'permessage-deflate; client_max_window_bits',
    });
    expect(headers).toMatchObject({ 'sec-websocket-protocol': 'mqtt' });
    expect(headers).not.toHaveProperty('sec-websocket-extensions');
  });
});

test('without an upgrade, /mqtt says what is there', async () => {
  const { url } = await useService();
  const response = await fetch(`${url}/mqtt`);
  expect(response.status).toBe(426);
  expect(await response.text()).toContain('MQTT over WebSocket');
});
