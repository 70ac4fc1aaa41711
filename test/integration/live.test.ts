import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { type RawClient, rawClient } from '../support/raw-client.ts';
import { startOn, type TestService, useService } from '../support/service.ts';

type Publish = Extract<Packet, { cmd: 'publish' }>;

async function subscriber(
  { mqttPort }: TestService,
  filter: string,
  qos: 0 | 1,
  options = {},
): Promise<RawClient> {
  const client = await rawClient(mqttPort, options);
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos }] });
  await client.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
  return client;
}

function publishes(received: readonly Packet[]): readonly Publish[] {
  return received.filter((packet): packet is Publish => packet.cmd === 'publish');
}

function bodies(received: readonly Packet[]): readonly unknown[] {
  return publishes(received).map(({ payload }) => JSON.parse(payload.toString()) as unknown);
}

async function post({ url }: TestService, station: string, body: unknown): Promise<void> {
  const response = await fetch(`${url}/api/stations/${station}/readings`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(201);
}

describe('live topics', () => {
  test('tell a reading after its commit, with its unit and time', async () => {
    const service = await useService();
    const client = await subscriber(service, 'live/#', 1);
    await post(service, 'outside', { temperature: 21.5, time: '2024-05-06T07:08:09.123456Z' });
    await client.waitFor((received) => publishes(received).length === 1);
    expect(publishes(client.received)[0]).toMatchObject({
      topic: 'live/outside/temperature',
      qos: 1,
      retain: false,
    });
    expect(bodies(client.received)).toEqual([
      {
        station: 'outside',
        metric: 'temperature',
        value: 21.5,
        unit: '°C',
        measuredAt: '2024-05-06T07:08:09.123456Z',
      },
    ]);
  });

  test('tell a redelivered reading once', async () => {
    const service = await useService();
    const client = await subscriber(service, 'live/#', 1);
    const reading = { t: 1, time: 1_700_000_000 };
    await post(service, 'a', [reading, reading]);
    await post(service, 'a', reading);
    await post(service, 'a', { t: 2, time: 1_700_000_001 });
    await client.waitFor((received) => publishes(received).length === 2);
    expect(bodies(client.received)).toMatchObject([{ value: 1 }, { value: 2 }]);
  });

  test('keep the newest reading by its own time for who comes later, also after a backlog', async () => {
    const service = await useService();
    await post(service, 'a', { t: 3, time: 1_700_000_300 });
    await post(service, 'a', [
      { t: 1, time: 1_700_000_100 },
      { t: 2, time: 1_700_000_200 },
    ]);
    const client = await subscriber(service, 'live/a/t', 1);
    await client.waitFor((received) => publishes(received).length === 1);
    expect(publishes(client.received)[0]).toMatchObject({ topic: 'live/a/t', retain: true });
    expect(bodies(client.received)).toMatchObject([{ value: 3 }]);
  });

  test('are there again after a restart of the service', async () => {
    const service = await useService();
    await post(service, 'a', { t: 3, time: 1_700_000_300, u: 4 });
    await service.service.close();
    const client = await subscriber(await startOn(service.database), 'live/+/+', 0);
    await client.waitFor((received) => publishes(received).length === 2);
    expect(publishes(client.received).map(({ topic, retain }) => [topic, retain])).toEqual([
      ['live/a/t', true],
      ['live/a/u', true],
    ]);
  });

  test('wait for a subscriber whose session outlives its connection', async () => {
    const service = await useService();
    const before = await subscriber(service, 'live/#', 1, { clientId: 'integrator', clean: false });
    before.socket.destroy();
    await before.closed();
    await post(service, 'a', [{ t: 1 }, { t: 2 }]);
    const after = await rawClient(service.mqttPort, { clientId: 'integrator', clean: false });
    await after.waitFor((received) => publishes(received).length === 2);
    expect(bodies(after.received)).toMatchObject([{ value: 1 }, { value: 2 }]);
  });

  test('tell overlapping subscriptions of one client once', async () => {
    const service = await useService();
    const client = await subscriber(service, 'live/#', 1);
    client.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'live/a/#', qos: 1 }] });
    await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'suback').length === 2);
    await post(service, 'a', { t: 1 });
    await post(service, 'a', { t: 2 });
    await client.waitFor((received) =>
      bodies(received).some((body) => (body as { value: number }).value === 2),
    );
    expect(bodies(client.received)).toMatchObject([{ value: 1 }, { value: 2 }]);
  });
});

test('of 100,000 readings between retained and QoS 0 messages, a QoS 1 subscriber gets 100,000, in order', {
  timeout: 120_000,
}, async () => {
  const service = await useService();
  const count = 100_000;
  const values: number[] = [];
  const watcher = await subscriber(service, 'live/outside/#', 1);
  watcher.send({
    cmd: 'subscribe',
    messageId: 2,
    subscriptions: [{ topic: 'noise/#', qos: 1 }],
  });
  const station = await rawClient(service.mqttPort);
  const noise = await rawClient(service.mqttPort);
  const perRound = 500;
  for (let sent = 0; sent < count; sent += perRound) {
    const numbers = Array.from({ length: perRound }, (_, index) => sent + index);
    station.send(
      ...numbers.map((value): Packet => {
        const messageId = (value % 60_000) + 1;
        return {
          cmd: 'publish',
          topic: 'stations/outside/t',
          payload: `${value}`,
          qos: 1,
          messageId,
          dup: false,
          retain: value % 10 === 0,
        };
      }),
    );
    noise.send(
      { cmd: 'publish', topic: 'noise/a', payload: 'x', qos: 0, dup: false, retain: true },
      { cmd: 'publish', topic: 'noise/b', payload: 'x', qos: 0, dup: false, retain: false },
    );
    await station.waitFor((received) => received.length > sent + perRound);
  }
  await watcher.waitFor((received) => {
    const last = received.at(-1);
    return last?.cmd === 'publish' && received.length >= count;
  });
  const live = publishes(watcher.received).filter(({ topic }) => topic === 'live/outside/t');
  for (const { payload } of live) values.push((JSON.parse(payload.toString()) as { value: number }).value);
  expect(values).toEqual(Array.from({ length: count }, (_, value) => value));
  const { rows } = await service.database.pool.query('SELECT count(*)::int AS stored FROM readings');
  expect(rows).toEqual([{ stored: count }]);
});
