import { generate, type Packet } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { MALFORMED_PACKETS, type MalformedPacket } from '../support/malformed-packets.ts';
import { connectPacket, type RawClient, rawClient } from '../support/raw-client.ts';
import { useService } from '../support/service.ts';

const PINGREQ = generate({ cmd: 'pingreq' });

/** What became of a connection: what it was sent, and whether it was closed. Whoever is still there answers a ping. */
async function outcome(client: RawClient): Promise<string> {
  const isOpen = await Promise.race([
    client.closed().then(() => false),
    client.waitFor((received) => received.some(({ cmd }) => cmd === 'pingresp')).catch(() => false),
  ]);
  const answers = client.received.map((packet) =>
    packet.cmd === 'connack' ? `connack-${packet.returnCode}` : packet.cmd,
  );
  return [...answers, isOpen ? 'open' : 'closed'].join(' ');
}

/** Sends the packet in one piece with a ping. */
async function send(port: number, { bytes, when }: MalformedPacket): Promise<string> {
  const client = await rawClient(port, { connect: when === 'connected' });
  client.sendBytes(Buffer.concat([bytes, PINGREQ]));
  return outcome(client);
}

function expected({ when, expect: outcomeOf }: MalformedPacket): string {
  if (when === 'connected') return 'connack-0 closed';
  return outcomeOf === 'closed' ? 'closed' : `${outcomeOf} closed`;
}

function reading(messageId: number): Packet {
  const topic = 'stations/well/temperature';
  return { cmd: 'publish', topic, payload: '1', qos: 1, messageId, dup: false, retain: false };
}

test('each malformed packet ends its own connection, is not acknowledged, and leaves nothing behind', async () => {
  const { mqttPort, database } = await useService();
  const witness = await rawClient(mqttPort);
  const outcomes: Record<string, string> = {};
  let acknowledged = 0;
  for (const row of MALFORMED_PACKETS) {
    outcomes[`${row.what} [${row.clause}]`] = await send(mqttPort, row);
    acknowledged += 1;
    witness.send(reading(acknowledged));
    await witness.waitFor(
      (received) => received.filter(({ cmd }) => cmd === 'puback').length === acknowledged,
    );
  }
  expect(outcomes).toEqual(
    Object.fromEntries(MALFORMED_PACKETS.map((row) => [`${row.what} [${row.clause}]`, expected(row)])),
  );
  expect((await database.pool.query('SELECT FROM rejected_messages')).rowCount).toBe(0);
  const { rows } = await database.pool.query('SELECT station FROM stations');
  expect(rows).toEqual([{ station: 'well' }]);
});

test('what came before a malformed packet is stored, what comes behind it is not', async () => {
  const { mqttPort, database } = await useService();
  const client = await rawClient(mqttPort);
  const value = (payload: string) => generate({ ...reading(Number(payload)), payload } as Packet);
  client.sendBytes(Buffer.concat([value('1'), Buffer.of(0xc1, 0), value('2')]));
  await client.closed();
  const witness = await rawClient(mqttPort);
  witness.send({ ...reading(3), payload: '3' } as Packet);
  await witness.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  const { rows } = await database.pool.query('SELECT value FROM readings ORDER BY value');
  expect(rows).toEqual([{ value: 1 }, { value: 3 }]);
});

test('a malformed packet is a death that the last will tells', async () => {
  const { mqttPort } = await useService();
  const watcher = await rawClient(mqttPort);
  watcher.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'wills/#', qos: 0 }] });
  await watcher.waitFor((received) => received.some(({ cmd }) => cmd === 'suback'));
  const will = { topic: 'wills/a', payload: Buffer.from('gone'), qos: 0, retain: false };
  const client = await rawClient(mqttPort, { will } as object);
  client.sendBytes(Buffer.of(0xe0, 1, 0));
  const told = await watcher.waitFor((received) => received.find(({ cmd }) => cmd === 'publish'));
  expect(told).toMatchObject({ topic: 'wills/a', payload: Buffer.from('gone') });
});

test('CONNACK reaches who is turned away, also when more comes behind CONNECT', async () => {
  const { mqttPort } = await useService();
  const client = await rawClient(mqttPort, { connect: false });
  client.send({ ...connectPacket('new'), protocolVersion: 5 }, ...[1, 2, 3].map(reading));
  await client.closed();
  expect(client.received).toMatchObject([{ cmd: 'connack', returnCode: 1 }]);
});
