import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { connectPacket, type RawClient, rawClient } from '../support/raw-client.ts';
import { useService } from '../support/service.ts';

type Qos = 0 | 1 | 2;
type Filters = readonly (readonly [filter: string, qos: Qos])[];

/** @returns what SUBACK says */
async function subscribe(client: RawClient, ...filters: Filters): Promise<unknown> {
  const before = client.received.filter(({ cmd }) => cmd === 'suback').length;
  const subscriptions = filters.map(([topic, qos]) => ({ topic, qos }));
  client.send({ cmd: 'subscribe', messageId: 1, subscriptions });
  const suback = await client.waitFor((received) => received.filter(({ cmd }) => cmd === 'suback')[before]);
  return suback.cmd === 'suback' && suback.granted;
}

function publish(payload: string, qos: Qos, more: object = {}): Packet {
  const messageId = 100 + Number(payload);
  return { cmd: 'publish', topic: 'home/lamp', payload, qos, messageId, dup: false, retain: false, ...more };
}

/** What the client has got, as `payload qos`. */
function delivered({ received }: RawClient): string[] {
  return received.flatMap((packet) =>
    packet.cmd === 'publish' ? [`${packet.payload.toString()} ${packet.qos}`] : [],
  );
}

function levels(count: number): string {
  return Array.from({ length: count }, () => 'x').join('/');
}

describe('where subscriptions overlap', () => {
  const cases: readonly { filters: Filters; highest: Qos }[] = [
    {
      filters: [
        ['home/#', 0],
        ['home/lamp', 1],
      ],
      highest: 1,
    },
    {
      filters: [
        ['home/+', 2],
        ['home/#', 1],
        ['#', 0],
        ['other', 2],
      ],
      highest: 2,
    },
    // Aedes lets the subscription to the very topic decide.
    {
      filters: [
        ['home/#', 2],
        ['home/lamp', 1],
      ],
      highest: 1,
    },
  ];

  test.each(
    cases.flatMap(({ filters, highest }) => [
      { filters, highest, shown: JSON.stringify(filters) },
      { filters: filters.toReversed(), highest, shown: JSON.stringify(filters.toReversed()) },
    ]),
  )('$shown: a message comes once, at QoS $highest at most [MQTT-3.3.5-1]', async ({ filters, highest }) => {
    const { mqttPort } = await useService();
    const watchers = [
      await rawClient(mqttPort),
      await rawClient(mqttPort, { clean: false, clientId: 'session' }),
    ];
    for (const watcher of watchers) await subscribe(watcher, ...filters);
    const station = await rawClient(mqttPort);
    station.send(publish('0', 0), publish('1', 1), publish('2', 2), publish('3', 2));
    for (const watcher of watchers) {
      await watcher.waitFor(() => delivered(watcher).some((message) => message.startsWith('3')));
      expect(delivered(watcher).toSorted()).toEqual(
        [0, 1, 2, 2].map((qos, payload) => `${payload} ${Math.min(qos, highest)}`),
      );
    }
  });
});

test.each([true, false])(
  'messages of one QoS come in order, clean session %s [MQTT-4.6.0-6]',
  async (clean) => {
    const { mqttPort } = await useService();
    const watcher = await rawClient(mqttPort, { clean, clientId: 'watcher' });
    await subscribe(watcher, ['home/#', 2]);
    const station = await rawClient(mqttPort);
    const numbers = Array.from({ length: 90 }, (_, index) => index);
    station.send(...numbers.map((number) => publish(`${number}`, (number % 3) as Qos)));
    await watcher.waitFor(() => delivered(watcher).length === 90);
    for (const qos of [0, 1, 2]) {
      const ofQos = delivered(watcher).filter((message) => message.endsWith(` ${qos}`));
      expect(ofQos).toEqual(
        numbers.filter((number) => number % 3 === qos).map((number) => `${number} ${qos}`),
      );
    }
  },
);

describe('a subscription', () => {
  test('is answered filter by filter, also where one is refused [MQTT-3.9.3-1]', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort);
    expect(await subscribe(client, ['a', 1], ['$SYS/#', 0], ['b/+', 2], ['#', 0])).toEqual([1, 128, 2, 0]);
  });

  test('that stands twice in one SUBSCRIBE is answered once, with the last QoS', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort);
    expect(await subscribe(client, ['a', 1], ['b', 0], ['a', 2])).toEqual([2, 0]);
  });

  test('that is repeated brings what is retained again [MQTT-3.8.4-3]', async () => {
    const { mqttPort } = await useService();
    const station = await rawClient(mqttPort);
    station.send(publish('1', 1, { retain: true }));
    await station.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
    const watcher = await rawClient(mqttPort);
    for (const count of [1, 2, 3]) {
      await subscribe(watcher, ['home/#', 1]);
      await watcher.waitFor(() => delivered(watcher).length === count);
    }
    expect(watcher.received.filter((packet) => packet.cmd === 'publish' && !packet.retain)).toEqual([]);
  });

  test('to # brings nothing of the topics that begin with $ [MQTT-4.7.2-1]', async () => {
    const { mqttPort } = await useService();
    const watcher = await rawClient(mqttPort);
    await subscribe(watcher, ['#', 0], ['+/#', 0]);
    // Of this the broker tells below $SYS.
    const other = await rawClient(mqttPort);
    await subscribe(other, ['a', 0]);
    other.send(publish('1', 0));
    await watcher.waitFor(() => delivered(watcher).length === 1);
    expect(delivered(watcher)).toEqual(['1 0']);
  });

  test('that is not there is ended with UNSUBACK [MQTT-3.10.4-5]', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort);
    client.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['nothing'] });
    const answer = await client.waitFor((received) => received.find(({ cmd }) => cmd === 'unsuback'));
    expect(answer.messageId).toBe(9);
  });

  test('of 100 levels is taken, one of 101 closes the connection', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort);
    expect(await subscribe(client, [levels(100), 1])).toEqual([1]);
    await expect(subscribe(client, [levels(101), 1])).rejects.toThrow('closed');
  });
});

test('a session is said to be present when it has a subscription', async () => {
  const { mqttPort } = await useService();
  const session = { clean: false, clientId: 'session' };
  const present: unknown[] = [];
  for (const filters of [[], [['a', 1]], []] as readonly Filters[]) {
    const client = await rawClient(mqttPort, session);
    present.push(client.received[0]);
    // Without a subscription there is still a message that is half-way.
    client.send(publish('1', 2));
    await client.waitFor((received) => received.some(({ cmd }) => cmd === 'pubrec'));
    if (filters.length > 0) await subscribe(client, ...filters);
    client.send({ cmd: 'disconnect' });
    await client.closed();
  }
  expect(present).toMatchObject([
    { sessionPresent: false },
    { sessionPresent: false },
    { sessionPresent: true },
  ]);
});

test.each([
  ['none', ''],
  ['256 bytes', 'c'.repeat(256)],
  ['characters beyond ASCII', 'Säntis 🏔'],
])('a client identifier of %s is taken in a clean session', async (_, clientId) => {
  const { mqttPort } = await useService();
  const [client] = await Promise.all([rawClient(mqttPort, { clientId }), rawClient(mqttPort)]);
  expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 0 }]);
});

describe('MQTT 3.1', () => {
  const old = { protocolId: 'MQIsdp', protocolVersion: 3 } as const;

  test('is spoken to clients whose identifier has up to 23 characters', async () => {
    const { connect, getJson } = await useService();
    const station = await connect({ ...old, clientId: 'c'.repeat(23) });
    await station.publishAsync('stations/a/t', '1', { qos: 1 });
    expect(await getJson('/api/stations')).toMatchObject({ stations: [{ station: 'a' }] });
  });

  test('has a longer one refused with return code 2', async () => {
    const { mqttPort } = await useService();
    const client = await rawClient(mqttPort, { connect: false });
    client.send({ ...connectPacket('c'.repeat(24)), ...old });
    await client.closed();
    expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 2 }]);
  });
});

test("a bridge of Mosquitto's is told RETAIN as it was sent, and nothing of its own", async () => {
  const { mqttPort } = await useService();
  const bridge = await rawClient(mqttPort, { bridgeMode: true } as object);
  await subscribe(bridge, ['home/#', 1]);
  bridge.send(publish('1', 1));
  await bridge.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  const station = await rawClient(mqttPort);
  station.send(publish('2', 1, { retain: true }));
  await bridge.waitFor(() => delivered(bridge).length === 1);
  expect(bridge.received.at(-1)).toMatchObject({ payload: Buffer.from('2'), retain: true });
});
