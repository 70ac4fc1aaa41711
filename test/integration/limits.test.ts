import { connect } from 'node:net';
import { once } from 'node:events';
import type { Packet } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { connectPacket, type RawClient, rawClient } from '../support/raw-client.ts';
import { useSecuredService } from '../support/secured-service.ts';
import { useService } from '../support/service.ts';

function publish(topic: string, messageId = 1, payload = '1'): Packet {
  return { cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false };
}

function pubacks({ received }: RawClient): number {
  return received.filter(({ cmd }) => cmd === 'puback').length;
}

async function subscribe(client: RawClient, messageId: number, ...filters: string[]): Promise<unknown> {
  const subscriptions = filters.map((topic) => ({ topic, qos: 0 as const }));
  client.send({ cmd: 'subscribe', messageId, subscriptions });
  const suback = await client.waitFor((received) =>
    received.find((packet) => packet.cmd === 'suback' && packet.messageId === messageId),
  );
  return 'granted' in suback ? suback.granted : undefined;
}

test('MAX_CONNECTIONS are open at a time; one more is closed at once, until another has ended', async () => {
  const { mqttPort, service } = await useService({ maxConnections: 2 });
  const [first] = [await rawClient(mqttPort), await rawClient(mqttPort)];
  const third = await rawClient(mqttPort, { connect: false });
  await third.closed();
  expect(service.counters()).toMatchObject({ connections_over_limit: 1 });
  first.socket.destroy();
  await poll(() => service.gauges()['connected_clients'] === 1);
  expect((await rawClient(mqttPort)).received).toMatchObject([{ returnCode: 0 }]);
});

test('MAX_CONNECTIONS_PER_ADDRESS are open from one address, and others have their own', async () => {
  const { mqttPort, service } = await useService({ maxConnectionsPerAddress: 1 });
  await rawClient(mqttPort);
  const second = await rawClient(mqttPort, { connect: false });
  await second.closed();
  expect(service.counters()).toMatchObject({ connections_over_limit: 1 });
  const elsewhere = connect({ port: mqttPort, host: '127.0.0.1', localAddress: '127.0.0.2' });
  onTestFinished(() => void elsewhere.destroy());
  await once(elsewhere, 'connect');
  elsewhere.write(Buffer.from([0x10, 13, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, 0, 1, 0x78]));
  const [connack] = (await once(elsewhere, 'data')) as [Buffer];
  expect([...connack]).toEqual([0x20, 2, 0, 0]);
});

test('MAX_CONNECTS_PER_SECOND come in from one address, and one more when its turn has come', async () => {
  const { mqttPort, service } = await useService({ maxConnectsPerSecond: 1 });
  await rawClient(mqttPort);
  // Should the machine be so slow that a second has passed, the next one is refused.
  await poll(async () => {
    const next = await rawClient(mqttPort, { connect: false });
    return next.closed().then(() => true);
  });
  expect(service.counters()).toMatchObject({ connections_over_limit: 1 });
  await poll(async () => {
    const socket = connect({ port: mqttPort, host: '127.0.0.1' });
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    socket.write(Buffer.from([0x10, 13, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 0, 0, 1, 0x78]));
    const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close')]);
    return Buffer.isBuffer(answer);
  });
});

test('CONNECT_TIMEOUT ends a connection that has not said who it is', async () => {
  const { mqttPort, service } = await useService({ connectTimeoutMs: 1_000 });
  const silent = await rawClient(mqttPort, { connect: false });
  const half = await rawClient(mqttPort, { connect: false });
  half.sendBytes(Uint8Array.of(0x10, 40, 0, 4));
  const connected = await rawClient(mqttPort);
  await Promise.all([silent.closed(), half.closed()]);
  expect(service.counters()).toMatchObject({ connections_timed_out: 2 });
  connected.send(publish('stations/a/t'));
  await connected.waitFor(() => pubacks(connected) === 1);
});

test.each([0, 60])(
  'MAX_KEEPALIVE ends a connection without a word for one and a half times as long, where %i s were asked for',
  async (keepalive) => {
    const { mqttPort, service } = await useService({ maxKeepaliveMs: 100 });
    const client = await rawClient(mqttPort, { keepalive });
    await client.closed();
    expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 0 }]);
    expect(service.counters()).toMatchObject({ connections_silent: 1 });
  },
);

test('MAX_PACKET_BYTES is taken, and one byte more closes the connection', async () => {
  const { mqttPort, service } = await useService({ maxPacketBytes: 1_000 });
  const client = await rawClient(mqttPort);
  const overhead = 2 + 'stations/a/t'.length + 2;
  client.send(publish('stations/a/t', 1, '1'.repeat(1_000 - overhead)));
  await client.waitFor(() => pubacks(client) === 1);
  client.send(publish('stations/a/t', 2, '1'.repeat(1_001 - overhead)));
  await client.closed();
  expect(pubacks(client)).toBe(1);
  expect(service.counters()).toMatchObject({ connections_too_long: 1, connections_malformed: 0 });
  const other = await rawClient(mqttPort);
  other.sendBytes(Uint8Array.of(0xc1, 0));
  await other.closed();
  expect(service.counters()).toMatchObject({ connections_too_long: 1, connections_malformed: 1 });
});

test('MAX_UNFINISHED_BYTES are kept of packets without an end, one byte more closes its connection, and all is given back', async () => {
  const { mqttPort, service } = await useService({ maxUnfinishedBytes: 1_000 });
  const begun = (bytes: number): Buffer => Buffer.concat([Buffer.of(0x32, 0xff, 0x7f)], bytes);
  const heard = async (client: RawClient): Promise<void> => {
    client.send({ cmd: 'pingreq' });
    await client.waitFor((received) => received.some(({ cmd }) => cmd === 'pingresp'));
  };
  for (let round = 0; round < 3; round += 1) {
    const clients = [await rawClient(mqttPort), await rawClient(mqttPort), await rawClient(mqttPort)];
    const [first, second, third] = clients as [RawClient, RawClient, RawClient];
    first.sendBytes(begun(600));
    second.sendBytes(begun(400));
    // Whole packets need no room, nor do those who finish what they have begun.
    await heard(third);
    expect(clients.some((client) => client.isClosed())).toBe(false);
    second.sendBytes(Uint8Array.of(0));
    await second.closed();
    expect(first.isClosed()).toBe(false);
    expect(service.counters()).toMatchObject({ connections_unfinished: round + 1 });
    first.socket.destroy();
    third.socket.destroy();
    await poll(() => service.gauges()['connected_clients'] === 0);
  }
});

test('MAX_MESSAGES_PER_SECOND are read a second: the others wait and are all acknowledged', async () => {
  const { mqttPort, service } = await useService({ maxMessagesPerSecond: 20 });
  const client = await rawClient(mqttPort);
  // Not in one chunk, which is read as a whole.
  for (let messageId = 1; messageId <= 45; messageId += 1) {
    client.send(publish('stations/a/t', messageId, String(messageId)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const other = await rawClient(mqttPort);
  other.send(publish('stations/b/t'));
  await other.waitFor(() => pubacks(other) === 1);
  expect(pubacks(client)).toBeLessThan(45);
  await client.waitFor(() => pubacks(client) === 45);
  expect(service.counters()).toMatchObject({ connections_over_pace: 0, clients_delayed: 1 });
});

test('MAX_BYTES_PER_SECOND are read a second, and a client that never slows down is cut off after MAX_OVER_PACE', async () => {
  const { mqttPort, service } = await useService({ maxBytesPerSecond: 2_000, maxOverPaceMs: 300 });
  const client = await rawClient(mqttPort);
  let messageId = 0;
  await poll(() => {
    messageId += 1;
    if (!client.isClosed()) client.send(publish('stations/a/t', messageId, '1'.repeat(500)));
    return client.isClosed();
  });
  expect(service.counters()).toMatchObject({ connections_over_pace: 1 });
});

test('a topic of MAX_TOPIC_BYTES and MAX_TOPIC_LEVELS is taken, and one more of either closes the connection', async () => {
  const { mqttPort } = await useService({ maxTopicBytes: 200, maxTopicLevels: 4 });
  for (const [taken, refused] of [
    [`stations/${'ä'.repeat(95)}x`, `stations/${'ä'.repeat(96)}`],
    ['a/b/c/d', 'a/b/c/d/e'],
  ] as const) {
    const client = await rawClient(mqttPort);
    client.send(publish(taken));
    await client.waitFor(() => pubacks(client) === 1);
    expect(await subscribe(client, 2, taken, refused)).toEqual([0, 128]);
    client.send(publish(refused));
    await client.closed();
    expect(pubacks(client)).toBe(1);
  }
});

test.each([true, false])(
  'MAX_SUBSCRIPTIONS are granted to a client, and one more only when it has given one up (clean session: %s)',
  async (clean) => {
    const { mqttPort, service } = await useService({ maxSubscriptions: 3 });
    const client = await rawClient(mqttPort, { clean });
    expect(await subscribe(client, 2, 'a', 'b')).toEqual([0, 0]);
    expect(await subscribe(client, 3, 'a', 'c', 'd', 'e')).toEqual([0, 0, 128, 128]);
    expect(service.counters()).toMatchObject({ subscriptions_refused: 2 });
    client.send({ cmd: 'unsubscribe', messageId: 4, unsubscriptions: ['b'] });
    await client.waitFor((received) => received.some(({ cmd }) => cmd === 'unsuback'));
    expect(await subscribe(client, 5, 'd', 'e')).toEqual([0, 128]);
  },
);

test('MAX_QUEUED_MESSAGES wait for a subscriber that is away, and one more is dropped and counted', async () => {
  const { mqttPort, service } = await useService({ maxQueuedMessages: 3 });
  const session = { clientId: 'reader', clean: false };
  const reader = await rawClient(mqttPort, session);
  reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'live/#', qos: 1 }] });
  await reader.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
  reader.socket.destroy();
  await poll(() => service.gauges()['connected_clients'] === 0);
  const station = await rawClient(mqttPort);
  for (let messageId = 1; messageId <= 4; messageId += 1) {
    station.send(publish('stations/a/t', messageId, String(messageId)));
  }
  await station.waitFor(() => pubacks(station) === 4);
  await poll(() => service.counters()['queued_messages_dropped'] === 1);
  const back = await rawClient(mqttPort, session);
  await back.waitFor((received) => received.filter(({ cmd }) => cmd === 'publish').length === 3);
});

test('WRONG_SECRETS_PER_MINUTE of an address are answered, more are not; a right one always is', async () => {
  const secured = await useSecuredService({ wrongSecretsPerMinute: 2 });
  const knock = async (secret: string): Promise<RawClient> => {
    const client = await rawClient(secured.mqttPort, { connect: false });
    const login = { username: 'outside', password: Buffer.from(secret) };
    client.send({ ...connectPacket(`guess-${Math.random()}`), ...login });
    return client;
  };
  for (const returnCode of [4, 4, undefined]) {
    const guess = await knock('wrong');
    await guess.closed();
    expect(guess.received).toMatchObject(returnCode === undefined ? [] : [{ returnCode }]);
    expect(guess.received).toHaveLength(returnCode === undefined ? 0 : 1);
  }
  expect(secured.counters()).toMatchObject({ logins_refused: 3, logins_throttled: 1 });
  const right = await knock(secured.secrets['outside']!);
  await right.waitFor((received) => received.some(({ cmd }) => cmd === 'connack'));
  expect(right.received).toMatchObject([{ returnCode: 0 }]);
});

test('of the filters in one SUBSCRIBE that are too many none is kept for a session', async () => {
  const { mqttPort, service } = await useService({ maxSubscriptions: 3 });
  const session = { clientId: 'reader', clean: false };
  const reader = await rawClient(mqttPort, session);
  const filters = Array.from({ length: 10 }, (_, index) => ({
    topic: `stations/s${index}/#`,
    qos: 1 as const,
  }));
  reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: filters });
  const suback = await reader.waitFor((received) => received.find(({ cmd }) => cmd === 'suback'));
  expect(suback).toMatchObject({ granted: [1, 1, 1, 128, 128, 128, 128, 128, 128, 128] });
  reader.socket.destroy();
  await poll(() => service.gauges()['connected_clients'] === 0);
  const station = await rawClient(mqttPort);
  for (let index = 9; index >= 0; index -= 1) station.send(publish(`stations/s${index}/t`, index + 1));
  await station.waitFor(() => pubacks(station) === 10);
  const back = await rawClient(mqttPort, session);
  await back.waitFor((received) => received.filter(({ cmd }) => cmd === 'publish').length === 3);
  const topics = back.received.flatMap((packet) => (packet.cmd === 'publish' ? [packet.topic] : []));
  expect(topics).toEqual(['stations/s2/t', 'stations/s1/t', 'stations/s0/t']);
});

test('of QoS 2 messages 10,000 of a client may be half-way; one more is not taken', async () => {
  const { mqttPort, database } = await useService();
  const client = await rawClient(mqttPort);
  const ids = Array.from({ length: 10_000 }, (_, index) => index + 1);
  client.send(
    ...ids.map((messageId) => ({ ...publish('stations/a/t', messageId), qos: 2 as const }) as Packet),
  );
  await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'pubrec').length === 10_000);
  client.send({ ...publish('stations/a/t', 10_001, '99'), qos: 2 } as Packet);
  await client.closed();
  expect(client.received.filter(({ cmd }) => cmd === 'pubrec')).toHaveLength(10_000);
  const { rows } = await database.pool.query('SELECT FROM readings WHERE value = 99');
  expect(rows).toEqual([]);
});

test('a client that goes while its queue is sent loses nothing of it', async () => {
  const { mqttPort, service } = await useService();
  const session = { clientId: 'reader', clean: false };
  const reader = await rawClient(mqttPort, session);
  reader.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'live/#', qos: 1 }] });
  await reader.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
  reader.socket.destroy();
  await poll(() => service.gauges()['connected_clients'] === 0);
  const station = await rawClient(mqttPort);
  const count = 500;
  for (let messageId = 1; messageId <= count; messageId += 1) {
    station.send(publish('stations/a/t', messageId, String(messageId)));
  }
  await station.waitFor(() => pubacks(station) === count);
  for (let round = 0; round < 3; round += 1) (await rawClient(mqttPort, session)).socket.destroy();
  const back = await rawClient(mqttPort, session);
  const payloads = (): Set<string> =>
    new Set(back.received.flatMap((packet) => (packet.cmd === 'publish' ? [String(packet.payload)] : [])));
  await back.waitFor(() => payloads().size === count);
});
