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

/** Resolves when what was sent before has been handled. */
async function pinged(client: RawClient): Promise<void> {
  client.send({ cmd: 'pingreq' });
  await client.waitFor((received) => received.some(({ cmd }) => cmd === 'pingresp'));
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

  test.each([
    ['in one packet', [['live/#', 'live/#']]],
    ['in two packets', [['live/#'], ['live/#']]],
  ])('go on for the others when one client unsubscribes twice %s', async (_, packets) => {
    const service = await useService();
    const [staying, leaving] = [
      await subscriber(service, 'live/#', 0),
      await subscriber(service, 'live/#', 0),
    ];
    leaving.send(
      ...packets.map(
        (unsubscriptions, index): Packet => ({ cmd: 'unsubscribe', messageId: 2 + index, unsubscriptions }),
      ),
    );
    await leaving.waitFor(
      (received) => received.filter(({ cmd }) => cmd === 'unsuback').length === packets.length,
    );
    await post(service, 'a', { t: 1 });
    await staying.waitFor((received) => publishes(received).length === 1);
  });

  test('tell a session with overlapping filters each reading once, before and after it was away', async () => {
    const service = await useService();
    const session = { clientId: 'overlap', clean: false };
    const before = await subscriber(service, 'live/#', 1, session);
    before.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'live/+/t', qos: 1 }] });
    await before.waitFor((received) => received.filter(({ cmd }) => cmd === 'suback').length === 2);
    await post(service, 'a', [{ t: 1 }, { t: 2 }, { t: 3 }]);
    await before.waitFor((received) => publishes(received).length === 3);
    before.send(
      ...publishes(before.received).map(({ messageId }) => ({ cmd: 'puback', messageId }) as Packet),
    );
    await pinged(before);
    before.socket.destroy();
    await before.closed();
    await post(service, 'a', [{ t: 4 }, { t: 5 }]);
    const after = await rawClient(service.mqttPort, session);
    await after.waitFor((received) => publishes(received).length === 2);
    await post(service, 'a', { t: 6 });
    await after.waitFor((received) => publishes(received).length === 3);
    expect(bodies(after.received)).toMatchObject([{ value: 4 }, { value: 5 }, { value: 6 }]);
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

describe('subscribers at QoS 0', () => {
  test('get what their filters say, each reading once, also beside one at QoS 1', async () => {
    const service = await useService();
    const all = await subscriber(service, 'live/#', 0);
    all.send({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'live/+/t', qos: 0 }] });
    const some = await subscriber(service, 'live/+/t', 0);
    const everything = await subscriber(service, '#', 0);
    const one = await subscriber(service, 'live/a/t', 0);
    const send = async (value: number): Promise<void> => {
      await post(service, 'a', { t: value, u: value });
      await post(service, 'b', { t: value });
    };
    await send(1);
    const atQos1 = await subscriber(service, 'live/b/#', 1);
    await send(2);
    await atQos1.waitFor((received) => publishes(received).some(({ retain }) => !retain));
    atQos1.socket.destroy();
    await atQos1.closed();
    await send(3);
    await all.waitFor((received) => publishes(received).length === 9);
    for (const client of [some, everything, one]) await pinged(client);
    const told = (client: RawClient): readonly string[] =>
      publishes(client.received).map(({ topic, payload }) => {
        const { value } = JSON.parse(payload.toString()) as { value: number };
        return `${topic.slice(5)} ${value}`;
      });
    const everyReading = [1, 2, 3].flatMap((value) => [`a/t ${value}`, `a/u ${value}`, `b/t ${value}`]);
    expect(told(all)).toEqual(everyReading);
    expect(told(everything)).toEqual(everyReading);
    expect(told(some)).toEqual(everyReading.filter((text) => !text.startsWith('a/u')));
    expect(told(one)).toEqual(everyReading.filter((text) => text.startsWith('a/t')));
  });

  test('hear nothing more after UNSUBSCRIBE, and again after SUBSCRIBE at another QoS', async () => {
    const service = await useService();
    const client = await subscriber(service, 'live/#', 0);
    const witness = await subscriber(service, 'live/#', 0);
    const send = async (value: number): Promise<void> => {
      await post(service, 'a', { t: value });
      await witness.waitFor((received) => publishes(received).length === value);
    };
    await send(1);
    client.send({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['live/#'] });
    await client.waitFor((received) => received.some(({ cmd }) => cmd === 'unsuback'));
    await send(2);
    client.send({ cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: 'live/#', qos: 1 }] });
    await client.waitFor((received) => publishes(received).some(({ retain }) => retain));
    await send(3);
    await client.waitFor((received) => publishes(received).some(({ qos, retain }) => qos === 1 && !retain));
    client.send({ cmd: 'subscribe', messageId: 4, subscriptions: [{ topic: 'live/#', qos: 0 }] });
    await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'suback').length === 3);
    await send(4);
    await pinged(client);
    const heard = publishes(client.received).filter(({ retain }) => !retain);
    expect(
      heard.map(({ qos, payload }) => [qos, (JSON.parse(payload.toString()) as { value: number }).value]),
    ).toEqual([
      [0, 1],
      [1, 3],
      [0, 4],
    ]);
  });

  test('hear again after they have come back to their session', async () => {
    const service = await useService();
    const before = await subscriber(service, 'live/#', 0, { clientId: 'board', clean: false });
    before.socket.destroy();
    await before.closed();
    await post(service, 'a', { t: 1 });
    const after = await rawClient(service.mqttPort, { clientId: 'board', clean: false });
    await post(service, 'a', { t: 2 });
    await after.waitFor((received) => publishes(received).length === 1);
    expect(bodies(after.received)).toMatchObject([{ value: 2 }]);
  });

  test('are cut off and counted once they have stopped reading, and the stations are answered', async () => {
    const service = await useService();
    const asleep = await subscriber(service, 'live/#', 0);
    asleep.socket.pause();
    const backlog = Array.from({ length: 1_000 }, (_, index) => ({ t: index }));
    let isCut = false;
    for (let round = 0; round < 300 && !isCut; round += 1) {
      await post(service, `s${round}`, backlog);
      const status = await (await fetch(`${service.url}/status`)).text();
      isCut = /subscribers_cut[^]*?<td class="figure">1</.test(status);
    }
    expect(isCut).toBe(true);
  });
});

test('a subscriber that has stopped reading is cut off, and the others get everything', async () => {
  const service = await useService();
  const asleep = await subscriber(service, 'noise/#', 0);
  asleep.socket.pause();
  const awake = await subscriber(service, 'noise/#', 0);
  const source = await rawClient(service.mqttPort);
  const payload = 'x'.repeat(100_000);
  let sent = 0;
  while (!asleep.isClosed() && sent < 1_000) {
    sent += 1;
    source.send({
      cmd: 'publish',
      topic: 'noise/x',
      payload,
      qos: 1,
      messageId: sent,
      dup: false,
      retain: false,
    });
    await awake.waitFor((received) => publishes(received).length === sent);
    if (sent > 200) asleep.socket.resume();
  }
  expect(asleep.isClosed()).toBe(true);
  const status = await (await fetch(`${service.url}/status`)).text();
  expect(status).toMatch(/subscribers_cut[^]*?<td class="figure">1</);
});

test('for a session that is away 10,000 messages are kept, the first ones', async () => {
  const service = await useService();
  const before = await subscriber(service, 'live/#', 1, { clientId: 'away', clean: false });
  before.socket.destroy();
  await before.closed();
  for (let first = 0; first < 10_100; first += 505) {
    await post(
      service,
      'a',
      Array.from({ length: 505 }, (_, index) => ({ t: first + index })),
    );
  }
  const after = await rawClient(service.mqttPort, { clientId: 'away', clean: false });
  await after.waitFor((received) => publishes(received).length === 10_000);
  expect(bodies(after.received).map((body) => (body as { value: number }).value)).toEqual(
    Array.from({ length: 10_000 }, (_, value) => value),
  );
  expect(await (await fetch(`${service.url}/status`)).text()).toMatch(
    /queued_messages_dropped[^]*?<td class="figure">100</,
  );
});

test('of 100,000 readings between retained and QoS 0 messages, a QoS 1 subscriber gets 100,000, in order', async () => {
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
    const last = received.findLast((packet) => packet.cmd === 'publish' && packet.topic === 'live/outside/t');
    return last?.cmd === 'publish' && last.payload.includes(`"value":${count - 1},`);
  });
  const live = publishes(watcher.received).filter(({ topic }) => topic === 'live/outside/t');
  for (const { payload } of live) values.push((JSON.parse(payload.toString()) as { value: number }).value);
  expect(values).toEqual(Array.from({ length: count }, (_, value) => value));
  const { rows } = await service.database.pool.query('SELECT count(*)::int AS stored FROM readings');
  expect(rows).toEqual([{ stored: count }]);
});
