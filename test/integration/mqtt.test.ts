import { connect as connectTcp } from 'node:net';
import { once } from 'node:events';
import type { MqttClient } from 'mqtt';
import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { connectPacket, rawClient } from '../support/raw-client.ts';
import { useService } from '../support/service.ts';

/** What a client gets from now on, as `topic payload qos retain`. */
function collect(client: MqttClient): readonly string[] {
  const messages: string[] = [];
  client.on('message', (topic, payload, { qos, retain }) => {
    messages.push(`${topic} ${payload.toString()} ${qos} ${retain ? 'retained' : 'live'}`);
  });
  return messages;
}

describe('the broker, to real clients,', () => {
  test('passes station topics on to subscribers, after the commit', async () => {
    const { connect } = await useService();
    const [station, watcher] = await Promise.all([connect(), connect()]);
    const messages = collect(watcher);
    await watcher.subscribeAsync('stations/#', { qos: 1 });
    await station.publishAsync('stations/a/t', '1', { qos: 1 });
    await station.publishAsync('stations/a/t', '2', { qos: 0 });
    await station.publishAsync('stations/a/t', '3', { qos: 2 });
    await poll(() => messages.length === 3);
    expect(messages).toEqual(['stations/a/t 1 1 live', 'stations/a/t 2 0 live', 'stations/a/t 3 1 live']);
    await watcher.unsubscribeAsync('stations/#');
    await station.publishAsync('stations/a/t', '4', { qos: 1 });
    await watcher.subscribeAsync('other/#');
    await station.publishAsync('other/x', '5', { qos: 1 });
    await poll(() => messages.includes('other/x 5 0 live'));
    expect(messages).toHaveLength(4);
  });

  test('keeps retained messages, replaces them, and deletes them with an empty one', async () => {
    const { connect } = await useService();
    const station = await connect();
    await station.publishAsync('stations/a/status', 'online', { qos: 1, retain: true });
    await station.publishAsync('home/lamp', 'off', { qos: 1, retain: true });
    await station.publishAsync('home/lamp', 'on', { qos: 1, retain: true });
    await station.publishAsync('home/door', 'open', { qos: 1, retain: true });
    await station.publishAsync('home/door', '', { qos: 1, retain: true });
    const watcher = await connect();
    const messages = collect(watcher);
    await watcher.subscribeAsync(['home/#', 'stations/+/status'], { qos: 1 });
    await poll(() => messages.length === 2);
    expect([...messages].toSorted()).toEqual([
      'home/lamp on 1 retained',
      'stations/a/status online 1 retained',
    ]);
  });

  test.each([
    ['home/#', 0, 0],
    ['home/#', 1, 1],
    ['home/lamp', 0, 0],
    ['+/lamp', 2, 2],
  ] as const)(
    'sends nothing above the QoS that was granted: %s at %d [MQTT-3.8.4-6]',
    async (filter, qos, expected) => {
      const { connect } = await useService();
      const [station, watcher] = await Promise.all([connect(), connect()]);
      await station.publishAsync('home/lamp', 'kept', { qos: 2, retain: true });
      const messages = collect(watcher);
      await watcher.subscribeAsync(filter, { qos });
      await station.publishAsync('home/lamp', 'now', { qos: 2 });
      await poll(() => messages.length === 2);
      expect(messages).toEqual([`home/lamp kept ${expected} retained`, `home/lamp now ${expected} live`]);
    },
  );

  test('keeps QoS 1 messages for a session whose client is away, and says that there is a session', async () => {
    const { connect } = await useService();
    const session = { clientId: 'integrator', clean: false };
    const before = await connect(session);
    await before.subscribeAsync('stations/#', { qos: 1 });
    await before.endAsync(true);
    const station = await connect();
    // In this order: the acknowledgement tells that both have been handled.
    await station.publishAsync('stations/a/t', '0', { qos: 0 });
    await station.publishAsync('stations/a/t', '1', { qos: 1 });
    const after = await rawClient(Number(station.options.port), session);
    expect(after.received[0]).toMatchObject({ cmd: 'connack', returnCode: 0, sessionPresent: true });
    await after.waitFor((received) => received.some((packet) => packet.cmd === 'publish'));
    expect(after.received[1]).toMatchObject({ topic: 'stations/a/t', payload: Buffer.from('1'), qos: 1 });
  });

  test('publishes the last will of a client that vanishes, and not of one that says goodbye', async () => {
    const { connect } = await useService();
    const watcher = await connect();
    const messages = collect(watcher);
    await watcher.subscribeAsync('stations/+/status', { qos: 1 });
    const will = (station: string) => ({
      topic: `stations/${station}/status`,
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: false,
    });
    const polite = await connect({ will: will('polite') });
    const lost = await connect({ will: will('lost') });
    await polite.endAsync();
    lost.stream.destroy();
    await poll(() => messages.length === 1);
    expect(messages).toEqual(['stations/lost/status offline 1 live']);
  });

  test('ends the older of two connections with one client identifier', async () => {
    const { mqttPort } = await useService();
    const first = await rawClient(mqttPort, { clientId: 'twin' });
    await rawClient(mqttPort, { clientId: 'twin' });
    await first.closed();
  });

  test('takes a thousand messages behind CONNECT before it has answered', async () => {
    const { mqttPort, database } = await useService();
    const client = await rawClient(mqttPort, { connect: false });
    const packets = Array.from({ length: 1_000 }, (_, index) => ({
      cmd: 'publish',
      topic: 'stations/a/t',
      payload: '1',
      qos: 1,
      dup: false,
      retain: false,
      messageId: index + 1,
    })) as Packet[];
    client.send(connectPacket('eager'), ...packets);
    await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'puback').length === 1_000);
    const { rows } = await database.pool.query('SELECT count(*)::int AS stored FROM readings');
    expect(rows).toEqual([{ stored: 1_000 }]);
  });

  test('goes on when somebody speaks another language to it', async () => {
    const { mqttPort, connect } = await useService();
    const socket = connectTcp(mqttPort, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(socket, 'close');
    const client = await connect();
    await client.publishAsync('stations/a/t', '1', { qos: 1 });
    expect(client.connected).toBe(true);
  });
});
