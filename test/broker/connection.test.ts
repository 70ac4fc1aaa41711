import { generate, type Packet } from 'mqtt-packet';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { ANONYMOUS } from '../../src/access/permissions.ts';
import { createBroker } from '../../src/broker/broker.ts';
import type { Sender } from '../../src/broker/publication.ts';
import { readConfig } from '../../src/config.ts';
import { createReceiptClock } from '../../src/ingest/clock.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { connectPacket, rawClient } from '../support/raw-client.ts';

const ACCEPTED = { decoded: { station: null, status: null } };

/** A broker whose messages wait until the test lets them go. */
async function useHoldingBroker() {
  const clock = createReceiptClock(Date.now);
  let held: Sender[] = [];
  let isHolding = true;
  let isCongested = false;
  let isRefusing = false;
  const broker = await createBroker({
    stateDir: await useFolder(),
    submit: (_, sender) => {
      if (isHolding) held.push(sender);
      else sender.settled(null, ACCEPTED);
    },
    isCongested: () => isCongested,
    isRefusing: () => isRefusing,
    now: () => clock.now(),
    stations: () => [],
    onPresence: () => {},
    limits: readConfig({}),
    loginFailed: async () => undefined,
    areCredentialsKnown: () => true,
    hasName: () => false,
    logIn: () => ({ principal: ANONYMOUS }),
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => broker.close());
  const { port } = await broker.listen('127.0.0.1', 0);
  return {
    port,
    counters: broker.counters,
    held: () => held.length,
    congest(congested: boolean) {
      isCongested = congested;
      if (!congested) broker.relieved();
    },
    refuse(refusing: boolean) {
      isRefusing = refusing;
    },
    letGo() {
      isHolding = false;
      for (const sender of held) sender.settled(null, ACCEPTED);
      held = [];
    },
  };
}

function publish(messageId: number, qos: 1 | 2 = 1): Packet {
  return { cmd: 'publish', topic: 'stations/a/t', payload: '1', qos, messageId, dup: false, retain: false };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function answers(received: readonly Packet[], cmd = 'puback'): number[] {
  return received.filter((packet) => packet.cmd === cmd).map(({ messageId }) => messageId!);
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

test.each<[1 | 2, string]>([
  [1, 'puback'],
  [2, 'pubrec'],
])(
  'of a client whose QoS %d messages are not answered no more than so many are read',
  async (qos, answer) => {
    const broker = await useHoldingBroker();
    const client = await rawClient(broker.port, { keepalive: 0 });
    const count = 8_000;
    client.send(...numbers(count).map((number) => publish(number, qos)));
    await poll(() => Promise.resolve(broker.held() > 1_000));
    await pause(200);
    // Beside the thousand, what one read of the socket holds: 64 KiB.
    expect(broker.held()).toBeLessThanOrEqual(1_000 + Math.ceil(65_536 / generate(publish(1)).length));
    broker.letGo();
    await client.waitFor((received) => answers(received, answer).length === count);
    expect(answers(client.received, answer)).toEqual(numbers(count));
  },
);

test('the same holds for what comes behind CONNECT in one breath', async () => {
  const broker = await useHoldingBroker();
  const client = await rawClient(broker.port, { connect: false });
  const count = 60_000;
  client.send(connectPacket('eager'), ...numbers(count).map((number) => publish(number)));
  await poll(() => Promise.resolve(broker.held() > 1_000));
  await pause(300);
  // A few reads of the socket are collected while the client is connecting.
  expect(broker.held()).toBeLessThan(1_000 + (8 * 65_536) / generate(publish(1)).length);
  broker.letGo();
  // Counted so for the sake of time.
  await client.waitFor((received) => received.length === count + 1);
  expect(answers(client.received)).toEqual(numbers(count));
});

test('a client that is not read is not taken for silent', async () => {
  const broker = await useHoldingBroker();
  const client = await rawClient(broker.port, { keepalive: 1 });
  client.send(...numbers(5_000).map((number) => publish(number)));
  await poll(() => Promise.resolve(broker.held() > 1_000));
  await pause(2_500);
  expect(client.isClosed()).toBe(false);
  broker.letGo();
  await client.waitFor((received) => answers(received).length === 5_000);
});

test('what comes behind CONNECT waits for its answer, and is handled in order', async () => {
  const broker = await useHoldingBroker();
  broker.letGo();
  const client = await rawClient(broker.port, { connect: false });
  client.send(connectPacket('eager'), ...numbers(500).map((number) => publish(number)));
  await client.waitFor((received) => answers(received).length === 500);
  expect(client.received[0]?.cmd).toBe('connack');
  expect(answers(client.received)).toEqual(numbers(500));
});

test('while too much waits of all clients together nobody is read, and then everybody is, in order', async () => {
  const broker = await useHoldingBroker();
  const others = await Promise.all([rawClient(broker.port), rawClient(broker.port, { allowHalfOpen: true })]);
  broker.congest(true);
  for (const client of others) client.send(...numbers(20).map((number) => publish(number)));
  // One that has said its last word is answered, too.
  others[1].socket.end();
  await pause(100);
  expect(broker.held()).toBe(0);
  broker.letGo();
  broker.congest(false);
  for (const client of others) {
    await client.waitFor((received) => answers(received).length === 20);
    expect(answers(client.received)).toEqual(numbers(20));
  }
});

test('while nothing can be stored a new client is told so (return code 3), and counted', async () => {
  const broker = await useHoldingBroker();
  broker.refuse(true);
  const client = await rawClient(broker.port, { connect: false });
  client.send(connectPacket('late'));
  await client.waitFor((received) => received.length === 1);
  expect(client.received[0]).toMatchObject({ cmd: 'connack', returnCode: 3 });
  await client.closed();
  expect(broker.counters.connections_refused).toBe(1);
  broker.refuse(false);
  await rawClient(broker.port);
});
