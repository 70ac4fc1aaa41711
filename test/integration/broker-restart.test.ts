import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Packet } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { type Program, runProgram, startProgram, useFolder } from '../support/program.ts';
import { type RawClient, rawClient } from '../support/raw-client.ts';

type Publish = Extract<Packet, { cmd: 'publish' }>;

const SESSION = { clientId: 'integrator', clean: false };

function publishes(received: readonly Packet[]): readonly Publish[] {
  return received.filter((packet): packet is Publish => packet.cmd === 'publish');
}

function publish(topic: string, payload: string, messageId: number, more: Partial<Publish> = {}): Publish {
  return { cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false, ...more };
}

/** Sends packets, and waits for as many answers. */
async function exchange(client: RawClient, packets: readonly Packet[], answer: Packet['cmd']): Promise<void> {
  const answers = (received: readonly Packet[]) => received.filter(({ cmd }) => cmd === answer).length;
  const before = answers(client.received);
  client.send(...packets);
  await client.waitFor((received) => answers(received) === before + packets.length);
}

async function subscribe(client: RawClient, ...filters: readonly string[]): Promise<void> {
  const subscriptions = filters.map((topic) => ({ topic, qos: 1 as const }));
  await exchange(client, [{ cmd: 'subscribe', messageId: 1, subscriptions }], 'suback');
}

async function leave(client: RawClient): Promise<void> {
  client.socket.destroy();
  await client.closed();
}

/** What a kill would lose is on its way to the disk for a moment. */
function written({ httpPort }: Program): Promise<true> {
  return poll(async () => {
    const status = await (await fetch(`http://127.0.0.1:${httpPort}/status`)).text();
    return /state_changes_unwritten[^]*?<td class="figure">0</.test(status);
  });
}

function seen({ topic, payload, dup }: Publish): readonly unknown[] {
  const text = payload.toString();
  return [topic, topic.startsWith('live/') ? (JSON.parse(text) as { value: number }).value : text, dup];
}

describe.each(['SIGKILL', 'SIGTERM'] as const)('after %s and a start', (signal) => {
  async function restart(program: Program, dataDir: string): Promise<Program> {
    await written(program);
    program.kill(signal);
    await program.exited();
    return startProgram({ DATA_DIR: dataDir });
  }

  test('a session that was away gets all, in order and once, and its next messages', async () => {
    const dataDir = await useFolder();
    const first = await startProgram({ DATA_DIR: dataDir });
    const before = await rawClient(first.mqttPort, SESSION);
    await subscribe(before, 'live/#', 'home/+');
    await leave(before);
    const station = await rawClient(first.mqttPort);
    const readings = Array.from({ length: 200 }, (_, index) => index + 1);
    await exchange(
      station,
      readings.map((number) => publish('stations/a/t', `${number}`, number)),
      'puback',
    );
    await exchange(station, [publish('home/lamp', 'on', 1), publish('home/lamp', 'off', 2)], 'puback');

    const second = await restart(first, dataDir);
    const again = await rawClient(second.mqttPort);
    await exchange(again, [publish('stations/a/t', '201', 1)], 'puback');
    const after = await rawClient(second.mqttPort, SESSION);
    expect(after.received[0]).toMatchObject({ cmd: 'connack', sessionPresent: true });
    await after.waitFor((received) => publishes(received).length === 203);
    await exchange(again, [publish('home/lamp', 'blue', 2)], 'puback');
    await after.waitFor((received) => publishes(received).length === 204);
    const live = publishes(after.received).filter(({ topic }) => topic.startsWith('live/'));
    expect(live.map(seen)).toEqual([...readings, 201].map((value) => ['live/a/t', value, false]));
    const home = publishes(after.received).filter(({ topic }) => topic === 'home/lamp');
    expect(home.map(seen)).toEqual(['on', 'off', 'blue'].map((text) => ['home/lamp', text, false]));
    const numbers = publishes(after.received).map(({ messageId }) => messageId);
    expect(new Set(numbers).size).toBe(204);
  });

  test('what was sent and not acknowledged comes again as a duplicate, and what was acknowledged does not', async () => {
    const dataDir = await useFolder();
    const first = await startProgram({ DATA_DIR: dataDir });
    const before = await rawClient(first.mqttPort, SESSION);
    await subscribe(before, 'home/#');
    const source = await rawClient(first.mqttPort);
    await exchange(
      source,
      ['1', '2', '3'].map((text, index) => publish('home/lamp', text, index + 1)),
      'puback',
    );
    await before.waitFor((received) => publishes(received).length === 3);
    const sent = publishes(before.received);
    before.send({ cmd: 'puback', messageId: sent[1]!.messageId! });
    await exchange(before, [{ cmd: 'pingreq' }], 'pingresp');

    const second = await restart(first, dataDir);
    const after = await rawClient(second.mqttPort, SESSION);
    await after.waitFor((received) => publishes(received).length === 2);
    await exchange(after, [{ cmd: 'pingreq' }], 'pingresp');
    expect(publishes(after.received)).toMatchObject(
      [sent[0]!, sent[2]!].map(({ messageId, payload }) => ({ messageId, payload, dup: true })),
    );
  });

  test('what was queued comes at QoS 1 though the subscription is at QoS 0 now, and ends with PUBACK', async () => {
    const dataDir = await useFolder();
    const first = await startProgram({ DATA_DIR: dataDir });
    const before = await rawClient(first.mqttPort, SESSION);
    await subscribe(before, 'live/#');
    const source = await rawClient(first.mqttPort);
    await exchange(source, [publish('stations/a/t', '1', 1)], 'puback');
    await before.waitFor((received) => publishes(received).length === 1);
    const lowered = { topic: 'live/#', qos: 0 } as const;
    await exchange(before, [{ cmd: 'subscribe', messageId: 2, subscriptions: [lowered] }], 'suback');

    const second = await restart(first, dataDir);
    const after = await rawClient(second.mqttPort, SESSION);
    await after.waitFor((received) => publishes(received).length === 1);
    const { messageId } = publishes(before.received)[0]!;
    expect(publishes(after.received)).toMatchObject([{ qos: 1, dup: true, messageId }]);
    after.send({ cmd: 'puback', messageId: messageId! });
    await exchange(after, [{ cmd: 'pingreq' }], 'pingresp');
    await leave(after);
    const last = await rawClient(second.mqttPort, SESSION);
    await exchange(last, [{ cmd: 'pingreq' }], 'pingresp');
    expect(publishes(last.received)).toEqual([]);
  });

  test('retained messages are there', async () => {
    const dataDir = await useFolder();
    const first = await startProgram({ DATA_DIR: dataDir });
    const source = await rawClient(first.mqttPort);
    const retained = { retain: true };
    await exchange(
      source,
      [
        publish('home/lamp', 'on', 1, retained),
        publish('stations/a/status', 'online', 2, retained),
        publish('home/radio', 'on', 3, retained),
        publish('home/radio', '', 4, retained),
      ],
      'puback',
    );
    const second = await restart(first, dataDir);
    const client = await rawClient(second.mqttPort);
    await subscribe(client, 'home/#', 'stations/#');
    await client.waitFor((received) => publishes(received).length === 2);
    await exchange(client, [{ cmd: 'pingreq' }], 'pingresp');
    expect(publishes(client.received).map((packet) => [...seen(packet), packet.retain])).toEqual([
      ['home/lamp', 'on', false, true],
      ['stations/a/status', 'online', false, true],
    ]);
  });

  test('a QoS 2 message that was taken is not taken again [MQTT-4.3.3-2]', async () => {
    const dataDir = await useFolder();
    const first = await startProgram({ DATA_DIR: dataDir });
    const reading = publish('stations/a/t', '1', 7, { qos: 2 });
    const before = await rawClient(first.mqttPort, SESSION);
    await exchange(before, [reading], 'pubrec');

    const second = await restart(first, dataDir);
    const after = await rawClient(second.mqttPort, SESSION);
    await exchange(after, [{ ...reading, dup: true }], 'pubrec');
    await exchange(after, [{ cmd: 'pubrel', messageId: 7 }], 'pubcomp');
    await exchange(after, [publish('stations/a/t', '2', 7, { qos: 2 })], 'pubrec');
    const response = await fetch(
      `http://127.0.0.1:${second.httpPort}/api/stations/a/readings?metric=t&order=asc`,
    );
    expect(await response.json()).toMatchObject({ readings: [{ value: 1 }, { value: 2 }] });
  });
});

test('without a folder for its sessions the program says which and what to do, and stops', async () => {
  const dataDir = await useFolder();
  await mkdir(dataDir, { recursive: true });
  await writeFile(join(dataDir, 'broker'), 'a file');
  const program = runProgram({ DATA_DIR: dataDir });
  expect(await program.exited()).toBe(1);
  expect(program.stderr()).toContain(join(dataDir, 'broker'));
  expect(program.stderr()).toContain('choose another with DATA_DIR');
});
