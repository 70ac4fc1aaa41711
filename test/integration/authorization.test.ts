import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { type RawClient, rawClient } from '../support/raw-client.ts';
import { type SecuredService, useSecuredService } from '../support/secured-service.ts';

interface Will {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

/** A client that says who it is. */
function clientOf(
  { mqttPort, secrets }: SecuredService,
  username: string,
  more: { clientId?: string; clean?: boolean; will?: Will; password?: string } = {},
): Promise<RawClient> {
  const password = Buffer.from(more.password ?? secrets[username]!);
  return rawClient(mqttPort, { username, password, ...more } as object);
}

function publish(topic: string, payload = '1', qos: 0 | 1 | 2 = 1, retain = false): Packet {
  return { cmd: 'publish', topic, payload, qos, messageId: 1, dup: false, retain };
}

async function subscribe(client: RawClient, ...topics: string[]): Promise<unknown> {
  const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }));
  client.send({ cmd: 'subscribe', messageId: 7, subscriptions });
  const suback = await client.waitFor((received) => received.find(({ cmd }) => cmd === 'suback'));
  return 'granted' in suback ? suback.granted : undefined;
}

function published(client: RawClient): string[] {
  return client.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []));
}

describe('CONNECT', () => {
  test.each([
    ['without a credential is answered with 5', {}, 5],
    ['with a wrong secret is answered with 4', { username: 'outside', password: 'wrong' }, 4],
    ['without a secret is answered with 4', { username: 'outside' }, 4],
    ['with a name that nobody has is answered with 4', { username: 'nobody', password: 'wrong' }, 4],
    ["with an admin's secret is answered with 5", { username: 'owner' }, 5],
  ])('%s', async (_, login: { username?: string; password?: string }, returnCode) => {
    const secured = await useSecuredService();
    const password = login.password ?? (login.username === 'owner' ? secured.secrets['owner'] : undefined);
    const client = await rawClient(secured.mqttPort, {
      ...login,
      ...(password !== undefined && { password: Buffer.from(password) }),
    } as object);
    await client.closed();
    expect(client.received).toMatchObject([{ cmd: 'connack', returnCode }]);
    expect(secured.counters()).toMatchObject({ logins_refused: 1 });
  });

  test.each(['stations/inside/status', 'live/outside/temperature', 'elsewhere', '$SYS/x'])(
    'with a last will on %s is answered with 5',
    async (topic) => {
      const secured = await useSecuredService();
      const will = { topic, payload: Buffer.from('offline'), qos: 1, retain: true } as const;
      const client = await clientOf(secured, 'outside', { will });
      await client.closed();
      expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 5 }]);
    },
  );

  test('under an identifier that another credential uses is answered with 2, and disturbs nobody', async () => {
    const secured = await useSecuredService();
    const first = await clientOf(secured, 'outside', { clientId: 'board' });
    const thief = await clientOf(secured, 'inside', { clientId: 'board' });
    await thief.closed();
    expect(thief.received).toMatchObject([{ cmd: 'connack', returnCode: 2 }]);
    first.send(publish('stations/outside/temperature'));
    await first.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));

    const again = await clientOf(secured, 'outside', { clientId: 'board' });
    expect(again.received).toMatchObject([{ cmd: 'connack', returnCode: 0 }]);
    await first.closed();
  });

  test('under the identifier of a session that waits for another credential is answered with 2', async () => {
    const secured = await useSecuredService();
    const reader = await clientOf(secured, 'grafana', { clientId: 'reader', clean: false });
    expect(await subscribe(reader, 'live/#')).toEqual([1]);
    reader.socket.destroy();
    await poll(() => secured.gauges()['connected_clients'] === 0);
    for (const clean of [false, true]) {
      const thief = await clientOf(secured, 'outside', { clientId: 'reader', clean });
      await thief.closed();
      expect(thief.received).toMatchObject([{ cmd: 'connack', returnCode: 2 }]);
    }
    const back = await clientOf(secured, 'grafana', { clientId: 'reader', clean: false });
    expect(back.received).toMatchObject([{ cmd: 'connack', returnCode: 0, sessionPresent: true }]);
  });
});

describe('a station', () => {
  test('publishes to its own topics', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'outside');
    client.send(publish('stations/outside/temperature', '21.5'), {
      ...publish('stations/outside', '{"pressure":1013}'),
      messageId: 2,
    });
    await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'puback').length === 2);
    const { rows } = await secured.database.pool.query('SELECT value FROM readings ORDER BY value');
    expect(rows).toEqual([{ value: 21.5 }, { value: 1013 }]);
  });

  test.each([
    ['stations/inside/temperature', 0],
    ['stations/inside/temperature', 1],
    ['stations/inside/temperature', 2],
    ['stations/outsider', 1],
    ['elsewhere', 1],
  ] as const)('that publishes on %s at QoS %i is cut off, and nothing is stored', async (topic, qos) => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'outside');
    client.send(publish(topic, '1', qos));
    await client.closed();
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    expect(secured.counters()).toMatchObject({ publishes_refused: 1, messages_received: 0 });
    expect(await secured.getJson('/api/stations')).toEqual({ stations: [] });
  });

  test('leaves no retained message on the topics of others', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'outside');
    client.send(publish('stations/inside/status', 'offline', 1, true));
    await client.closed();
    const reader = await clientOf(secured, 'grafana');
    expect(await subscribe(reader, 'stations/#')).toEqual([1]);
    const own = await clientOf(secured, 'outside');
    own.send(publish('stations/outside/status', 'online', 1, true));
    await reader.waitFor(() => published(reader).includes('stations/outside/status'));
    expect(published(reader)).toEqual(['stations/outside/status']);
  });

  test('subscribes to its own topics only: every other filter is refused with 128', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'outside');
    const granted = await subscribe(
      client,
      'stations/outside/#',
      'live/outside/+',
      'live/#',
      '#',
      '+/+/temperature',
      'stations/inside/#',
      '$SYS/#',
      '$share/g/live/#',
    );
    expect(granted).toEqual([1, 1, 128, 128, 128, 128, 128, 128]);
    expect(secured.counters()).toMatchObject({ subscriptions_refused: 6 });
    const other = await clientOf(secured, 'inside');
    other.send(publish('stations/inside/temperature'));
    client.send(publish('stations/outside/temperature'));
    await client.waitFor(() => published(client).includes('live/outside/temperature'));
    expect(published(client).filter((topic) => topic.includes('inside'))).toEqual([]);
  });

  test('gets nothing queued for a filter that was refused, after it was away', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'outside', { clientId: 'away', clean: false });
    expect(await subscribe(client, 'live/outside/#', 'live/inside/#')).toEqual([1, 128]);
    client.socket.destroy();
    await poll(() => secured.gauges()['connected_clients'] === 0);
    const other = await clientOf(secured, 'inside');
    other.send(publish('stations/inside/temperature'));
    await other.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
    const own = await clientOf(secured, 'outside');
    own.send(publish('stations/outside/temperature'));
    const back = await clientOf(secured, 'outside', { clientId: 'away', clean: false });
    await back.waitFor(() => published(back).includes('live/outside/temperature'));
    expect(published(back)).toEqual(['live/outside/temperature']);
  });
});

describe('an integrator', () => {
  test('subscribes to what its filters take in, and publishes nowhere', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'shed');
    expect(await subscribe(client, 'live/outside/#', 'live/#', 'stations/outside/#')).toEqual([1, 128, 128]);
    const station = await clientOf(secured, 'outside');
    station.send(publish('stations/outside/temperature'));
    await client.waitFor(() => published(client).includes('live/outside/temperature'));
    client.send(publish('stations/outside/temperature'));
    await client.closed();
    expect(secured.counters()).toMatchObject({ publishes_refused: 1 });
  });
});

describe('where nobody needs a credential', () => {
  test('a name that is none of ours counts as nobody, but ours need their secret', async () => {
    const secured = await useSecuredService({ allowAnonymous: true });
    const plug = await clientOf(secured, 'DVES_USER', { password: 'DVES_PASS' });
    plug.send(publish('stations/plug/temperature'));
    await plug.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
    const thief = await clientOf(secured, 'outside', { password: 'wrong' });
    await thief.closed();
    expect(thief.received).toMatchObject([{ cmd: 'connack', returnCode: 4 }]);
    const known = await clientOf(secured, 'outside');
    known.send(publish('stations/plug/temperature'));
    await known.closed();
  });

  test('a session of somebody without a credential can be taken over with one, but not the other way round', async () => {
    const secured = await useSecuredService({ allowAnonymous: true });
    await rawClient(secured.mqttPort, { clientId: 'board' });
    const known = await clientOf(secured, 'outside', { clientId: 'board' });
    expect(known.received).toMatchObject([{ returnCode: 0 }]);
    const nobody = await rawClient(secured.mqttPort, { clientId: 'board' });
    await nobody.closed();
    expect(nobody.received).toMatchObject([{ returnCode: 2 }]);
  });
});

describe('a credential that is', () => {
  test('revoked is of no use at once: its connection is cut, its session forgotten, its secret refused', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'grafana', { clientId: 'reader', clean: false });
    expect(await subscribe(client, 'live/#')).toEqual([1]);
    const station = await clientOf(secured, 'outside');
    await secured.revoke('grafana');
    await client.closed();
    expect(secured.counters()).toMatchObject({ connections_revoked: 1 });
    const again = await clientOf(secured, 'grafana');
    await again.closed();
    expect(again.received).toMatchObject([{ returnCode: 4 }]);
    // Its identifier is free for others, and there is nothing of it to be had.
    const other = await clientOf(secured, 'inside', { clientId: 'reader', clean: false });
    expect(other.received).toMatchObject([{ returnCode: 0, sessionPresent: false }]);
    expect(station.isClosed()).toBe(false);
  });

  test('given another secret is cut, and keeps its session', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'grafana', { clientId: 'reader', clean: false });
    expect(await subscribe(client, 'live/#')).toEqual([1]);
    const before = secured.secrets['grafana']!;
    await secured.rotate('grafana');
    await client.closed();
    const old = await clientOf(secured, 'grafana', { password: before });
    await old.closed();
    expect(old.received).toMatchObject([{ returnCode: 4 }]);
    const back = await clientOf(secured, 'grafana', { clientId: 'reader', clean: false });
    expect(back.received).toMatchObject([{ returnCode: 0, sessionPresent: true }]);
  });

  test('narrowed gets no more of what it may not read, not even what was queued', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'grafana', { clientId: 'reader', clean: false });
    expect(await subscribe(client, 'live/inside/#', 'live/outside/#')).toEqual([1, 1]);
    client.socket.destroy();
    await poll(() => secured.gauges()['connected_clients'] === 0);
    const [inside, outside] = [await clientOf(secured, 'inside'), await clientOf(secured, 'outside')];
    inside.send(publish('stations/inside/temperature'));
    outside.send(publish('stations/outside/temperature'));
    for (const station of [inside, outside]) {
      await station.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
    }
    await secured.narrow('grafana', ['live/outside/#']);
    const back = await clientOf(secured, 'grafana', { clientId: 'reader', clean: false });
    await back.waitFor(() => published(back).includes('live/outside/temperature'));
    expect(published(back)).toEqual(['live/outside/temperature']);
  });

  test('revoked while the service was down has left no session behind', async () => {
    const secured = await useSecuredService();
    const client = await clientOf(secured, 'grafana', { clientId: 'reader', clean: false });
    expect(await subscribe(client, 'live/#')).toEqual([1]);
    await secured.service.close();
    await secured.revoke('grafana');
    const restarted = await secured.restart();
    const other = await clientOf(restarted, 'outside', { clientId: 'reader', clean: false });
    expect(other.received).toMatchObject([{ returnCode: 0, sessionPresent: false }]);
  });
});

test('a last will of a credential that was revoked is not published', async () => {
  const secured = await useSecuredService();
  const reader = await clientOf(secured, 'grafana');
  expect(await subscribe(reader, 'stations/#')).toEqual([1]);
  const will = {
    topic: 'stations/outside/status',
    payload: Buffer.from('offline'),
    qos: 1,
    retain: true,
  } as const;
  const client = await clientOf(secured, 'outside', { will });
  await secured.revoke('outside');
  await client.closed();
  const other = await clientOf(secured, 'inside', { will: { ...will, topic: 'stations/inside/status' } });
  other.socket.destroy();
  await reader.waitFor(() => published(reader).includes('stations/inside/status'));
  expect(published(reader)).toEqual(['stations/inside/status']);
});

test('a credential that is revoked on one node is of no use on another', async () => {
  const secured = await useSecuredService();
  const neighbour = await secured.startAnother();
  const client = await clientOf(neighbour, 'outside');
  await secured.revoke('outside');
  await client.closed();
  const again = await clientOf(neighbour, 'outside');
  await again.closed();
  expect(again.received).toMatchObject([{ returnCode: 4 }]);
});

test('a service that starts while its database is away lets in whom it knew last', async () => {
  const secured = await useSecuredService();
  await secured.service.close();
  const restarted = await secured.restartWithoutDatabase();
  const client = await clientOf(restarted, 'outside');
  client.send(publish('stations/outside/temperature'));
  await client.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  expect(restarted.gauges()).toMatchObject({ spooled_messages: 1 });
  const wrong = await clientOf(restarted, 'outside', { password: 'wrong' });
  await wrong.closed();
  expect(wrong.received).toMatchObject([{ returnCode: 4 }]);
});

describe('Tasmota with FullTopic stations/%topic%/%prefix%/', () => {
  const will = {
    topic: 'stations/outside/tele/LWT',
    payload: Buffer.from('Offline'),
    qos: 1,
    retain: true,
  } as const;

  test('is let in, and its own messages are kept as rejected', async () => {
    const secured = await useSecuredService();
    const plug = await clientOf(secured, 'outside', { will });
    expect(plug.received).toMatchObject([{ cmd: 'connack', returnCode: 0 }]);
    plug.send(publish('stations/outside/tele/LWT', 'Online', 0, true));
    plug.send(publish('stations/outside/cmnd/POWER', '', 0));
    plug.send(publish('stations/outside/tele/SENSOR', '{"DS18B20":{"Temperature":21.5}}', 0));
    plug.send(publish('stations/outside/temperature', '21.5', 1));
    await plug.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
    const { rows } = await secured.database.pool.query('SELECT topic, reason FROM rejected_messages');
    expect(rows).toEqual(
      expect.arrayContaining([
        { topic: 'stations/outside/tele/LWT', reason: 'topic-unknown' },
        { topic: 'stations/outside/tele/SENSOR', reason: 'topic-unknown' },
      ]),
    );
  });

  test('goes on when the topics of its group and its fallback are refused to it', async () => {
    const plug = await clientOf(await useSecuredService(), 'outside', { will });
    const wanted = ['stations/outside/cmnd/#', 'stations/tasmotas/cmnd/#', 'cmnd/DVES_0A1B2C_fb/#'];
    expect(await subscribe(plug, ...wanted)).toEqual([1, 128, 128]);
    plug.send(publish('stations/outside/temperature', '21.5', 1));
    await plug.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  });
});
