import { once } from 'node:events';
import { createServer as createWeb } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { generate, parser, type Packet } from 'mqtt-packet';
import { Pool } from 'pg';
import { seedSeries } from '../../support/series.ts';

// Run as a process of its own by a test: a program that looks like the service from outside, and breaks a rule of it, or
// none (`right`). SIGTERM ends it.

const kind = process.argv[2] as 'right' | 'lenient' | 'forgetful' | 'talkative' | 'unsound';
const PINGREQ = generate({ cmd: 'pingreq' });
const PINGRESP = generate({ cmd: 'pingresp' });
const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 1 });
let written = Promise.resolve();
let last = 0;

function store(topic: string, payload: string): Promise<void> {
  const [, station = '', metric = ''] = topic.split('/');
  last = Math.max(Date.now() * 1_000, last + 1);
  const row = { measuredAt: last, value: Number(payload) };
  return (written = written.then(
    async () => void (await seedSeries(pool, { station, metric, unit: null }, [row])),
  ));
}

function serve(socket: Socket): void {
  const parse = parser();
  let clientId = '';
  parse.on('packet', (packet: Packet) => {
    if (packet.cmd === 'connect') {
      clientId = packet.clientId;
      socket.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
    }
    if (packet.cmd !== 'publish' || packet.qos === 0) return;
    // One that forgets stores, and says nothing.
    const isForgotten = kind === 'forgetful' && clientId.startsWith('good-');
    // One that is unsound says it, and stores nothing.
    const stored = kind === 'unsound' ? Promise.resolve() : store(packet.topic, String(packet.payload));
    const puback = generate({ cmd: 'puback', messageId: packet.messageId ?? 0 });
    void stored.then(() => isForgotten || socket.write(puback));
  });
  parse.on('error', () => {
    if (kind !== 'lenient') socket.destroy();
  });
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    parse.parse(bytes);
    if (bytes.subarray(-PINGREQ.length).equals(PINGREQ)) socket.write(PINGRESP);
  });
}

const server = createServer(serve);
const web = createWeb((request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.url === '/health/ready') {
    response.end(JSON.stringify({ checks: { database: { ok: true } } }));
  } else if (kind === 'talkative') {
    response.statusCode = 500;
    response.end(JSON.stringify({ error: new Error('here').stack }));
  } else {
    response.statusCode = 404;
    response.end(JSON.stringify({ error: { code: 'not-found', message: 'nothing', details: [] } }));
  }
});
await Promise.all([server, web].map((each) => once(each.listen(0, '127.0.0.1'), 'listening')));
const [mqttPort, httpPort] = [server, web].map((each) => (each.address() as AddressInfo).port);
process.stdout.write(`Stand-in
  Page    http://localhost:${httpPort}
  Broker  mqtt://localhost:${mqttPort}
  Try     it
`);
if (kind === 'talkative') process.stderr.write(`${new Error('seen on standard error').stack}\n`);
process.once('SIGTERM', () => {
  void written.then(() => process.exit(0));
});
