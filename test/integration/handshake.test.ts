import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fastify } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { createListeners } from '../../src/broker/listeners.ts';
import { tlsOptions } from '../../src/transport/tls-options.ts';
import { newWebCounters } from '../../src/web/counters.ts';
import { createWebServers } from '../../src/web/web-servers.ts';
import { makeCertificate } from '../support/certificate.ts';
import { HTTP_LIMITS, OPEN_DOOR } from '../support/web.ts';

/** The first bytes that a client sends. */
async function clientHello(): Promise<Buffer> {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const client = connectTls({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return hello;
}

async function quickTls(handshakeTimeout: number) {
  const { cert, key } = await makeCertificate();
  const pair = { cert: Buffer.from(cert), key: Buffer.from(key) };
  return { options: () => ({ ...tlsOptions(pair, false), handshakeTimeout }), follow: () => {} };
}

test.each(['broker', 'web'])(
  'with TLS, the %s cuts off who does not finish the handshake in time, however steadily bytes come',
  async (part) => {
    const listeners = createListeners(OPEN_DOOR, () => expect.unreachable());
    const web = createWebServers({
      app: await fastify(),
      upgrade: () => expect.unreachable(),
      door: OPEN_DOOR,
      limits: HTTP_LIMITS,
      counters: newWebCounters(),
    });
    onTestFinished(async () => {
      listeners.stop();
      await web.close();
    });
    const tls = await quickTls(300);
    const hello = await clientHello();
    const { port } = await (part === 'broker' ? listeners : web).listen('127.0.0.1', 0, tls);
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.resume();
    for (let sent = 0; !socket.closed; sent += 1) {
      expect(sent, 'it was cut off before all of it was sent').toBeLessThan(hello.length);
      socket.write(hello.subarray(sent, sent + 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(socket.closed).toBe(true);
  },
);

test.each(['without', 'with'])(
  'a request that is not sent in time, its head or its body, is answered with 408 (%s TLS)',
  async (how) => {
    const app = await fastify();
    app.post('/', () => 'done');
    await app.ready();
    const web = createWebServers({
      app,
      upgrade: () => false,
      door: OPEN_DOOR,
      counters: newWebCounters(),
      limits: {
        ...HTTP_LIMITS,
        requestTimeout: 300,
        headersTimeout: 300,
        connectionsCheckingInterval: 50,
      },
    });
    onTestFinished(() => web.close());
    const tls = how === 'with' ? await quickTls(10_000) : undefined;
    const { port } = await web.listen('127.0.0.1', 0, tls);
    const begun = [
      '',
      'GET / HTTP/1.1\r\nHost: x\r\n',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n1',
    ];
    for (const text of begun) {
      const target = { port, host: '127.0.0.1', rejectUnauthorized: false };
      const socket = tls === undefined ? connect(target) : connectTls(target);
      onTestFinished(() => void socket.destroy());
      socket.write(text);
      let heard = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
      await once(socket, 'close');
      expect(heard).toMatch(/^HTTP\/1\.1 408 /);
    }
  },
);

test('a connection has ten seconds for its handshake', async () => {
  const { cert, key } = await makeCertificate();
  expect(tlsOptions({ cert: Buffer.from(cert), key: Buffer.from(key) }, false).handshakeTimeout).toBe(10_000);
});
