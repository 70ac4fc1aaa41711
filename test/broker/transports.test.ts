import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Packet } from 'mqtt-packet';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/permissions.ts';
import { type Broker, createBroker } from '../../src/broker/broker.ts';
import type { Sender } from '../../src/broker/publication.ts';
import { readConfig } from '../../src/config.ts';
import { createReceiptClock } from '../../src/ingest/clock.ts';
import { tlsOptions } from '../../src/transport/tls-options.ts';
import { createMqttUpgrade } from '../../src/web/mqtt-upgrade.ts';
import { connectTls, makeCertificate } from '../support/certificate.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { rawClient } from '../support/raw-client.ts';
import { openWebSocket } from '../support/web-socket.ts';

/** A broker whose messages wait until the test lets them go. */
async function useHoldingBroker() {
  const clock = createReceiptClock(Date.now);
  const held: Sender[] = [];
  let isHolding = true;
  const logged: unknown[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void logged.push(JSON.parse(line)) });
  const settle = (sender: Sender): void => sender.settled(null, { decoded: { station: null, status: null } });
  const broker = await createBroker({
    stateDir: await useFolder(),
    submit: (_, sender) => {
      if (isHolding) held.push(sender);
      else settle(sender);
    },
    isCongested: () => false,
    isRefusing: () => false,
    now: () => clock.now(),
    stations: () => [],
    onPresence: () => {},
    limits: readConfig({}),
    loginFailed: async () => undefined,
    areCredentialsKnown: () => true,
    hasName: () => false,
    logIn: () => ({ principal: ANONYMOUS }),
    log,
  });
  onTestFinished(() => broker.close());
  return {
    broker,
    logged,
    held: () => held.length,
    letGo() {
      isHolding = false;
      for (const sender of held.splice(0)) settle(sender);
    },
  };
}

const TRANSPORTS: Record<string, (broker: Broker) => Promise<Duplex>> = {
  async TLS(broker) {
    const { cert, key } = await makeCertificate();
    const pair = { cert: Buffer.from(cert), key: Buffer.from(key) };
    const tls = { options: () => tlsOptions(pair, false), follow: () => {} };
    const { port } = await broker.listen('127.0.0.1', 0, tls);
    return connectTls(port, cert);
  },
  async WebSocket(broker) {
    const upgrade = createMqttUpgrade({
      acceptMqtt: (stream, remote) => broker.accept(stream, remote),
      allowedOrigins: [],
      trustProxy: [],
      maxConnectBytes: 4_096,
      maxPacketBytes: 262_144,
    });
    const server = createServer().on('upgrade', upgrade).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return (await openWebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/mqtt`)).stream;
  },
};

/** 20 MB, more than the system keeps of one connection. */
const MESSAGES = 5_000;
const PAYLOAD = 'x'.repeat(4_000);

function publish(messageId: number): Packet {
  return {
    cmd: 'publish',
    topic: 'stations/a/t',
    payload: PAYLOAD,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  };
}

test.each(Object.keys(TRANSPORTS))(
  'of a client over %s whose messages are not answered few are read, and all of them when they are',
  async (name) => {
    const { broker, held, letGo } = await useHoldingBroker();
    const client = await rawClient(await TRANSPORTS[name]!(broker), { keepalive: 0 });
    for (let number = 1; number <= MESSAGES; number += 1) client.send(publish(number));
    await poll(() => held() > 100);
    // As long as anything is under way this grows; it stops long before the end.
    let before = -1;
    await poll(async () => {
      const isSteady = before === held();
      before = held();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return isSteady;
    });
    expect(held()).toBeLessThan(2_000);
    // Nor is it collected by what stands between: it has not left the client.
    expect(client.socket.writableLength).toBeGreaterThan(0);
    letGo();
    const answers = await client.waitFor((received) => {
      const acknowledged = received.filter(({ cmd }) => cmd === 'puback');
      return acknowledged.length === MESSAGES && acknowledged;
    });
    expect(answers.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: MESSAGES }, (_, index) => index + 1),
    );
  },
);

test.each(Object.keys(TRANSPORTS))(
  'a subscriber over %s that has stopped reading is cut off, and the others get everything',
  async (name) => {
    const { broker, letGo, logged } = await useHoldingBroker();
    letGo();
    const [asleep, awake, source] = await Promise.all(
      ['asleep', 'awake', 'source'].map(async (clientId) =>
        rawClient(await TRANSPORTS[name]!(broker), { clientId }),
      ),
    );
    for (const client of [asleep!, awake!]) {
      client.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'noise/#', qos: 0 }] });
      await client.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
    }
    asleep!.socket.pause();
    const payload = 'x'.repeat(200_000);
    let sent = 0;
    while (broker.counters.subscribers_cut === 0 && sent < 1_000) {
      sent += 1;
      source!.send({ ...publish(sent), topic: 'noise/x', payload } as Packet);
      await awake!.waitFor((received) => received.filter(({ cmd }) => cmd === 'publish').length === sent);
    }
    expect(logged).toMatchObject([{ level: 40, clientId: 'asleep', address: '127.0.0.1' }]);
    asleep!.socket.resume();
    await poll(() => asleep!.socket.readableEnded || asleep!.socket.destroyed);
  },
);

test('a connection over WebSocket that comes when the broker takes no further ones is cut', async () => {
  const { broker } = await useHoldingBroker();
  broker.stopListening();
  const stream = await TRANSPORTS['WebSocket']!(broker);
  expect(await once(stream.resume(), 'end')).toEqual([]);
});
