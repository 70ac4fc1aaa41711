import { once } from 'node:events';
import { createServer as createWeb } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { generate, parser, type Packet } from 'mqtt-packet';
import { Pool } from 'pg';
import { type Row, seedSeries } from '../../support/series.ts';

// Run as a process of its own by a test: a broker that looks like the service from outside, takes half a second until it
// writes, and acknowledges before that (`early`) or after it (`late`). SIGTERM ends it when all is written.

interface Waiting extends Row {
  readonly station: string;
  acknowledge(): void;
}

const WRITE_AFTER_MS = 500;
const isEarly = process.argv[2] === 'early';
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 1 });
let written = Promise.resolve();
let last = 0;

/** Of its receipt, in microseconds; no two are alike. */
function now(): number {
  last = Math.max(Date.now() * 1_000, last + 1);
  return last;
}

async function write(messages: readonly Waiting[], due: Promise<void>, before: Promise<void>): Promise<void> {
  await due;
  await before;
  for (const station of new Set(messages.map((message) => message.station))) {
    const rows = messages.filter((message) => message.station === station);
    await seedSeries(pool, { station, metric: 'temperature', unit: null }, rows);
  }
  if (!isEarly) for (const { acknowledge } of messages) acknowledge();
}

function read(packet: Packet, socket: Socket): Waiting | undefined {
  if (packet.cmd === 'connect') {
    socket.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
  }
  if (packet.cmd !== 'publish') return undefined;
  const { messageId = 0 } = packet;
  const content = JSON.parse(String(packet.payload)) as number | { value: number; time: number };
  const { value, time } = typeof content === 'number' ? { value: content, time: undefined } : content;
  return {
    station: packet.topic.split('/')[1]!,
    value,
    measuredAt: time === undefined ? now() : time * 1_000,
    acknowledge: () => void socket.write(generate({ cmd: 'puback', messageId })),
  };
}

const server = createServer((socket) => {
  const parse = parser();
  let messages: Waiting[] = [];
  parse.on('packet', (packet: Packet) => {
    const message = read(packet, socket);
    if (message === undefined) return;
    if (isEarly) message.acknowledge();
    messages.push(message);
  });
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    parse.parse(bytes);
    if (messages.length === 0) return;
    written = write(messages, pause(WRITE_AFTER_MS), written);
    messages = [];
  });
});
const web = createWeb((_request, response) => {
  response.end(JSON.stringify({ checks: { spool: { messages: 0 } } }));
});
await Promise.all([server, web].map((each) => once(each.listen(0, '127.0.0.1'), 'listening')));
const [mqttPort, httpPort] = [server, web].map((each) => (each.address() as AddressInfo).port);
process.stdout.write(`Stand-in
  Page    http://localhost:${httpPort}
  Broker  mqtt://localhost:${mqttPort}
  Try     it
`);
process.once('SIGTERM', () => {
  void written.then(() => process.exit(0));
});
