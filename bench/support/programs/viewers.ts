import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

// Viewers of the event stream, of ten to an address as in households, which read what they are told and do nothing with it. When its
// input ends it prints {bytes, events, cut} as JSON.

const { port, viewers } = JSON.parse(process.argv[2] ?? '{}') as {
  readonly port: number;
  readonly viewers: number;
};
const REQUEST = 'GET /api/live HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n';
const EVENT = 'event: reading';
const VIEWERS_AN_ADDRESS = 10;

let bytes = 0;
let events = 0;
let cut = 0;

async function watch(index: number): Promise<Socket> {
  const localAddress = `127.0.1.${1 + Math.floor(index / VIEWERS_AN_ADDRESS)}`;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.write(REQUEST);
  const [head] = (await once(socket, 'data')) as [Buffer];
  if (!head.toString().startsWith('HTTP/1.1 200 ')) throw new Error(`a viewer was told ${head.toString()}`);
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    if (chunk.includes(EVENT)) events += 1;
  });
  socket.on('error', () => {});
  socket.on('close', () => (cut += 1));
  return socket;
}

for (let index = 0; index < viewers; index += 1) await watch(index);
process.stdout.write('watching\n');
process.stdin.resume();
await once(process.stdin, 'end');
process.stdout.write(JSON.stringify({ bytes, events, cut }));
process.exit(0);
