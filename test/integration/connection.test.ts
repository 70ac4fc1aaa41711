import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { connectPacket, rawClient } from '../support/raw-client.ts';
import { useService } from '../support/service.ts';

function publish(messageId: number, more: object = {}): Packet {
  const topic = 'stations/outside/temperature';
  return {
    cmd: 'publish',
    topic,
    payload: `${messageId}`,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
    ...more,
  };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function acknowledged(received: readonly Packet[]): number[] {
  return received.filter(({ cmd }) => cmd === 'puback').map(({ messageId }) => messageId!);
}

test('packets may come byte by byte, and several in a piece', async () => {
  const { mqttPort } = await useService();
  const client = await rawClient(mqttPort);
  const bytes = Buffer.concat([generate(publish(1)), generate({ cmd: 'pingreq' }), generate(publish(2))]);
  for (const byte of bytes) {
    client.sendBytes(Uint8Array.of(byte));
    await new Promise((resolve) => setImmediate(resolve));
  }
  client.send(...numbers(20).map((number) => publish(number + 2)));
  await client.waitFor((received) => acknowledged(received).length === 22);
  expect(acknowledged(client.received)).toEqual(numbers(22));
  expect(client.received.some(({ cmd }) => cmd === 'pingresp')).toBe(true);
});

test('retained and plain messages of one client are acknowledged in the order in which they came', async () => {
  const { mqttPort } = await useService();
  const client = await rawClient(mqttPort);
  client.send(...numbers(300).map((number) => publish(number, { retain: number % 3 === 0 })));
  await client.waitFor((received) => acknowledged(received).length === 300);
  expect(acknowledged(client.received)).toEqual(numbers(300));
});

test.each([
  ['with CONNECT, before it is answered', true],
  ['behind CONNACK', false],
])('what is sent %s is stored and acknowledged, though the client has ended its side', async (_, isEager) => {
  const { mqttPort, database, getJson } = await useService();
  const client = await rawClient(mqttPort, { connect: !isEager, allowHalfOpen: true });
  const messages = [...numbers(50).map((number) => publish(number)), publish(0, { qos: 0, payload: '99' })];
  client.send(...(isEager ? [connectPacket('eager')] : []), ...messages);
  client.socket.end();
  await client.closed();
  expect(acknowledged(client.received)).toEqual(numbers(50));
  const { rows } = await database.pool.query('SELECT count(*)::int AS stored FROM readings');
  expect(rows).toEqual([{ stored: 51 }]);
  await expect.poll(() => getJson('/api/stations')).toMatchObject({ stations: [{ online: false }] });
});

test('a flood of other packets of one client leaves the others their turn', async () => {
  const { mqttPort } = await useService();
  const flood = await rawClient(mqttPort, { keepalive: 0 });
  const subscribe: Packet = { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'noise/#', qos: 0 }] };
  const count = 5_000;
  flood.sendBytes(Buffer.concat(Array.from({ length: count }, () => generate(subscribe))));
  const station = await rawClient(mqttPort);
  station.send(publish(1));
  await station.waitFor((received) => acknowledged(received).length === 1);
  expect(flood.received.length).toBeLessThan(count);
  await flood.waitFor((received) => received.length === count + 1);
});

test('what comes behind DISCONNECT is not taken [MQTT-3.14.4]', async () => {
  const { mqttPort, database } = await useService();
  const client = await rawClient(mqttPort);
  client.send(publish(1), { cmd: 'disconnect' }, publish(2));
  await client.closed();
  const witness = await rawClient(mqttPort);
  witness.send(publish(3));
  await witness.waitFor((received) => acknowledged(received).length === 1);
  const { rows } = await database.pool.query('SELECT value FROM readings ORDER BY value');
  expect(rows).toEqual([{ value: 1 }, { value: 3 }]);
});

describe('keepalive', () => {
  test('a client that is silent for longer than it said is closed [MQTT-3.1.2-24]', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort, { keepalive: 1 });
    const from = performance.now();
    await client.closed();
    const silence = performance.now() - from;
    expect(silence).toBeGreaterThan(1_400);
    // It would be for ever.
    expect(silence).toBeLessThan(10_000);
  });

  test('messages of any QoS and pings keep it open; 0 means for ever', async () => {
    const { mqttPort } = await useService();
    const clients = await Promise.all([1, 1, 1, 1, 0].map((keepalive) => rawClient(mqttPort, { keepalive })));
    const [atQos0, atQos1, atQos2, pinging, silent] = clients;
    for (let round = 1; round <= 6; round += 1) {
      atQos0!.send(publish(round, { qos: 0 }));
      atQos1!.send(publish(round));
      atQos2!.send(publish(round, { qos: 2 }));
      pinging!.send({ cmd: 'pingreq' });
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect([atQos0, atQos1, atQos2, pinging, silent].map((client) => client!.isClosed())).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

test('a client that sends but does not read is read no further', async () => {
  const service = await useService();
  const client = await rawClient(service.mqttPort, { keepalive: 0 });
  client.socket.pause();
  const pings = Buffer.alloc(2 * 1024 * 1024, Uint8Array.of(0xc0, 0));
  let flushed = 0;
  for (let chunk = 0; chunk < 20; chunk += 1) client.socket.write(pings, () => (flushed += pings.length));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  // What was written and not yet taken by the system waits here: the service has stopped reading.
  expect(flushed).toBeLessThan(20 * pings.length);
  expect(client.isClosed()).toBe(false);
});
