import { createServer, type Socket } from 'node:net';
import { parser, type Packet } from 'mqtt-packet';
import { expect, onTestFinished, test } from 'vitest';
import { useService } from '../../support/service.ts';
import { useBoard } from './support/board.ts';
import { outside } from './support/config.ts';
import type { World } from './support/exchange.ts';
import { evaluate } from './support/python.ts';
import { expectExactly, stored } from './support/stored.ts';

const MINUTE = 60;
const NETWORK_FAILS = { after: 90, run: (world: World) => void (world.wifi = false) };

/** A broker whose PUBACK of readings lacks its second half. */
async function useShortAnswers(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const parse = parser();
    parse.on('packet', (packet: Packet) => {
      if (packet.cmd === 'connect') socket.write(Buffer.from([0x20, 2, 0, 0]));
      if (packet.cmd !== 'publish') return;
      const id = packet.messageId!;
      const isShort = packet.topic === 'stations/outside';
      socket.write(Buffer.from(isShort ? [0x40, 1, id >> 8] : [0x40, 2, id >> 8, id & 0xff]));
    });
    socket.on('data', (data: Buffer) => parse.parse(data));
    socket.on('error', () => {});
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as { port: number }).port;
}

test('a PUBACK without a whole packet identifier is a broken connection, and acknowledges nothing', async () => {
  const port = await useShortAnswers();
  const options = outside(port);
  const board = await useBoard(options);
  expect(await board.run(5 * MINUTE)).toEqual({ kind: 'stopped' });
  expect(board.measured).toHaveLength(5);
  expect(board.log).toContain('mqtt: OSError(104,)');
  const { mqttPort, database } = await useService();
  const config = { ...(options.config as object), port: mqttPort };
  await board.run(2 * MINUTE, { config });
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('a program that fails writes what it has in memory before the board starts again', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort, { write_every: 10 }));
  const program = `from link import Link
works = Link.step
def step(self):
    if self.clock.elapsed() > 400:
        raise ValueError("a mistake")
    return works(self)
Link.step = step
import main`;
  expect(await board.run(30 * MINUTE, { program, events: [NETWORK_FAILS] })).toEqual({ kind: 'reset' });
  expect(board.measured).toHaveLength(7);
  board.world.wifi = true;
  await board.run(2 * MINUTE);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('a connection attempt that hangs until the watchdog bites costs no reading that was in memory', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort, { write_every: 10 }));
  const program = `import time
from mqtt import Client
works = Client.connect
def connect(self):
    if time.ticks_ms() > 400000:
        time.sleep(100)
    works(self)
Client.connect = connect
import main`;
  const comesBack = { after: 8 * MINUTE + 30, run: (world: World) => void (world.wifi = true) };
  expect(await board.run(30 * MINUTE, { program, events: [NETWORK_FAILS, comesBack] })).toEqual({
    kind: 'reset',
  });
  expect(board.measured).toHaveLength(9);
  await board.run(2 * MINUTE);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('a broker that goes on answering something else is given up before the watchdog bites', async () => {
  let seconds = 0;
  const program = `import mqtt

class Chatter:
    def settimeout(self, seconds):
        pass

    def connect(self, address):
        pass

    def write(self, data):
        return len(data)

    def close(self):
        pass

    left = 100

    # PINGRESP, again and again.
    def read(self, size):
        self.left -= 1
        if not self.left:
            raise SystemExit
        return (b"\\x00", b"\\xd0")[self.left % 2]

client = mqtt.Client({}, "outside")
client.socket = Chatter()
try:
    client.publish("stations/outside", "21.5")
except OSError as error:
    said = error.errno`;
  const later = () => (seconds += 5) * 1000;
  expect(await evaluate(program, ['said'], [], { ticks: later })).toEqual([116]);
  expect(seconds).toBeLessThan(60);
});

/** The program in a memory with room for so many readings in a message. */
function withRoomFor(readings: number): string {
  return `import message
works = message.payload
def payload(columns, records, bases):
    if len(records) > ${readings}:
        raise MemoryError
    return works(columns, records, bases)
message.payload = payload
import main`;
}

test('a message that memory is too short for goes in halves, until the backlog is sent', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  const comesBack = { after: 30 * MINUTE, run: (world: World) => void (world.wifi = true) };
  const end = await board.run(40 * MINUTE, { program: withRoomFor(3), events: [NETWORK_FAILS, comesBack] });
  expect(end).toEqual({ kind: 'stopped' });
  expect(board.log.filter((line) => line.startsWith('mqtt: no memory'))).toEqual([
    'mqtt: no memory, from here on 5 readings in a message',
    'mqtt: no memory, from here on 2 readings in a message',
  ]);
  expectExactly(await stored(database, 'temperature'), board.measured);
});

test('without memory for a single reading the board starts again, and keeps it', async () => {
  const { mqttPort, database } = await useService();
  const board = await useBoard(outside(mqttPort));
  expect(await board.run(10 * MINUTE, { program: withRoomFor(0) })).toEqual({ kind: 'reset' });
  await board.run(2 * MINUTE);
  expectExactly(await stored(database, 'temperature'), board.measured);
});
