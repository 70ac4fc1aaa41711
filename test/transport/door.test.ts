import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createConnectionQuota } from '../../src/transport/connection-quota.ts';
import { createDoor, type Door } from '../../src/transport/door.ts';
import { connectTls, makeCertificate } from '../support/certificate.ts';
import { poll } from '../support/poll.ts';

const MANY = { maxConnections: 100, maxConnectionsPerAddress: 100, maxConnectsPerSecond: 100 };

function doorFor(limits: Partial<typeof MANY>, isProxy?: (address: string) => boolean) {
  const refused: string[] = [];
  const door = createDoor({
    quota: createConnectionQuota({ ...MANY, ...limits }),
    onRefused: (address, reason) => refused.push(`${address} ${reason}`),
    ...(isProxy !== undefined && { isProxy }),
  });
  return { door, refused };
}

async function open(server: Server | HttpServer, door: Door): Promise<number> {
  door.guard(server);
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A connection that says nothing. */
async function knock(port: number): Promise<{ socket: Socket; heard: () => number }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let bytes = 0;
  socket.on('error', () => {}).on('data', (chunk) => (bytes += chunk.length));
  await once(socket, 'connect');
  return { socket, heard: () => bytes };
}

test('a connection counts before its handshake, once, and until it has ended; one too many hears not a byte of TLS', async () => {
  const certificate = await makeCertificate();
  const { door, refused } = doorFor({ maxConnections: 2 });
  const accepted: TLSSocket[] = [];
  const server = createTlsServer({ ...certificate }, (socket) => accepted.push(socket));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const port = await open(server, door);
  const silent = await knock(port);
  const client = await connectTls(port, certificate.cert);
  await poll(() => accepted.length === 1);
  const late = await knock(port);
  await poll(() => late.socket.closed);
  expect(late.heard()).toBe(0);
  expect(refused).toEqual(['127.0.0.1 connections']);
  // Whether it was with TLS or not yet.
  for (const ended of [silent.socket, client]) {
    ended.destroy();
    await poll(async () => {
      const next = await connectTls(port, certificate.cert).catch(() => undefined);
      return next !== undefined;
    });
  }
});

test('addresses that many come from count among all alone', async () => {
  const { door, refused } = doorFor(
    { maxConnections: 2, maxConnectionsPerAddress: 1, maxConnectsPerSecond: 1 },
    (address) => address === '127.0.0.1',
  );
  const port = await open(createTcpServer(), door);
  await knock(port);
  await knock(port);
  const third = await knock(port);
  await poll(() => third.socket.closed);
  expect(refused).toEqual(['127.0.0.1 connections']);
});

test('a connection that begins anew on its server counts once', async () => {
  const { door, refused } = doorFor({ maxConnections: 2 });
  const server = createTcpServer();
  let heard = 0;
  server.on('connection', (socket) => {
    heard += 1;
    if (heard === 1) server.emit('connection', socket);
  });
  const port = await open(server, door);
  await knock(port);
  await poll(() => heard === 2);
  await knock(port);
  await poll(() => heard === 3);
  expect(refused).toEqual([]);
});

test.each(['plain', 'with TLS'])(
  'what was let go counts no longer, nor again when it ends (%s)',
  async (how) => {
    const certificate = await makeCertificate();
    const { door, refused } = doorFor({ maxConnections: 1 });
    const accepted: Duplex[] = [];
    const accept = (socket: Duplex): void => void accepted.push(socket);
    const server = how === 'plain' ? createTcpServer(accept) : createTlsServer({ ...certificate }, accept);
    const port = await open(server, door);
    const enter = async (): Promise<Duplex> =>
      how === 'plain' ? (await knock(port)).socket : connectTls(port, certificate.cert);
    const first = await enter();
    await poll(() => accepted.length === 1);
    door.letGo(accepted[0]!);
    await enter();
    await poll(() => accepted.length === 2);
    first.destroy();
    await poll(() => accepted[0]!.closed);
    const third = await knock(port);
    await poll(() => third.socket.closed);
    expect(refused).toEqual(['127.0.0.1 connections']);
  },
);

test('a connection that came another way counts until it is closed', async () => {
  const { door, refused } = doorFor({ maxConnectionsPerAddress: 1 });
  const stream = new Duplex({ read() {} });
  const other = (): Duplex => new Duplex();
  expect(door.admit(stream, '10.0.0.1', false)).toBe(true);
  expect(door.admit(other(), '10.0.0.1', false)).toBe(false);
  expect(door.admit(other(), '10.0.0.1', true)).toBe(true);
  expect(refused).toEqual(['10.0.0.1 connections-per-address']);
  stream.destroy();
  await once(stream, 'close');
  expect(door.admit(other(), '10.0.0.1', false)).toBe(true);
});

test('a guarded server of HTTP answers', async () => {
  const { door } = doorFor({});
  const port = await open(
    createServer((_request, response) => void response.end('here')),
    door,
  );
  expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('here');
});
