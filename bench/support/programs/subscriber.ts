import { once } from 'node:events';
import { connect } from 'node:net';
import { generate } from 'mqtt-packet';
import { PacketCursor } from '../../../src/broker/packet-cursor.ts';

// A subscriber of live/# at QoS 0, which counts what it gets, or stops reading once it is subscribed. When its input
// ends it waits for what is still under way, and prints {readings, wasCut} as JSON.

const { port, isStalled } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly port: number;
  readonly isStalled: boolean;
};
const PUBLISH = 0x3;
const SUBACK = 0x9;
const QUIET_MS = 1_000;

const socket = connect({ port, host: '127.0.0.1' });
const cursor = new PacketCursor();
let readings = 0;
let wasCut = false;
let heardAt = performance.now();
socket.write(
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'live',
    clean: true,
    keepalive: 0,
  }),
);
socket.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'live/#', qos: 0 }] }));
socket.on('data', (chunk) => {
  heardAt = performance.now();
  cursor.push(chunk);
  while (cursor.next(1_000_000) === 'packet') {
    const type = cursor.bytes[cursor.start]! >> 4;
    // Retained ones are of before; they tell nothing of the load.
    const isRetained = (cursor.bytes[cursor.start]! & 1) === 1;
    if (type === PUBLISH && !isRetained) readings += 1;
    if (type !== SUBACK) continue;
    if (isStalled) socket.pause();
    process.stdout.write('subscribed\n');
  }
});
socket.on('error', () => {});
socket.on('close', () => (wasCut = true));

process.stdin.resume();
await once(process.stdin, 'end');
socket.resume();
heardAt = performance.now();
await new Promise<void>((resolve) => {
  const timer = setInterval(() => {
    if (!wasCut && performance.now() - heardAt < QUIET_MS) return;
    clearInterval(timer);
    resolve();
  }, 50);
});
process.stdout.write(JSON.stringify({ readings, wasCut }));
process.exit(0);
