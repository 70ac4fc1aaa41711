import { connect } from 'node:net';
import { percentile } from '../percentile.ts';

// So many connections that ask for one path over and over, each as soon as it has its answer. Written as raw bytes, for a
// client library is slower than what is measured. Prints {rate, p99} as JSON, the time in milliseconds.

const {
  port,
  path,
  connections,
  seconds,
  warmUpSeconds,
  pauseMs = 0,
} = JSON.parse(process.argv[2] ?? '{}') as {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly pauseMs?: number;
};
const request = Buffer.from(
  `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: application/json\r\n\r\n`,
);
const took: number[] = [];
let isMeasuring = false;
let stopped = false;

function fail(reason: string): never {
  process.stderr.write(`the browsers failed: ${reason}\n`);
  process.exit(1);
}

function browse(): () => void {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let sentAt = 0;
  let expected = 0;
  let received = 0;
  const ask = (): void => {
    if (stopped) return;
    sentAt = performance.now();
    expected = 0;
    received = 0;
    socket.write(request);
  };
  socket.on('connect', ask);
  socket.on('error', (error) => fail(error.message));
  socket.on('data', (chunk) => {
    if (expected === 0) {
      const head = chunk.toString('latin1');
      const length = /^HTTP\/1\.1 200 [^]*\r\ncontent-length: (\d+)\r\n[^]*?\r\n\r\n/i.exec(head);
      if (length === null) fail(head.slice(0, 300));
      expected = length[0].length + Number(length[1]);
    }
    received += chunk.length;
    if (received < expected) return;
    if (isMeasuring) took.push(performance.now() - sentAt);
    if (pauseMs === 0) ask();
    else setTimeout(ask, pauseMs);
  });
  return () => socket.destroy();
}

const ends = Array.from({ length: connections }, browse);
await new Promise((resolve) => setTimeout(resolve, warmUpSeconds * 1000));
isMeasuring = true;
const startedAt = performance.now();
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const rate = took.length / ((performance.now() - startedAt) / 1000);
stopped = true;
for (const end of ends) end();
process.stdout.write(JSON.stringify({ rate, p99: percentile(took, 0.99) }));
