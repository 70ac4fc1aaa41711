import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { poll } from '../support/poll.ts';
import { type TestWeb, useWeb } from '../support/web.ts';
import { askForWebSocket } from '../support/web-socket.ts';

/** Sends text on a connection of its own, and shows what comes back. */
function speak({ url }: TestWeb, text: string) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let heard = '';
  socket.on('error', () => {});
  socket.setEncoding('utf8').on('data', (chunk: string) => (heard += chunk));
  socket.write(text);
  return { socket, heard: () => heard };
}

describe('a request that asks for HTTP/2 on the way', () => {
  const H2C =
    'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n';

  test('is answered as if it had not, with its body, and so are those behind it', async () => {
    const web = await useWeb();
    const { heard } = speak(
      web,
      `POST /api/stations/outside/readings?metric=t HTTP/1.1\r\nHost: x\r\n${H2C}Content-Length: 4\r\n\r\n21.5` +
        'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n',
    );
    await poll(() => heard().includes('{"status":"live"}'));
    expect(heard()).toMatch(/^HTTP\/1\.1 201 [^]*HTTP\/1\.1 200 /);
    expect(web.submitted.map(({ topic, payload }) => [topic, Buffer.from(payload).toString()])).toEqual([
      ['stations/outside/t', '21.5'],
    ]);
  });

  test('is refused when it asks once more', async () => {
    const web = await useWeb();
    const request = `GET /health/live HTTP/1.1\r\nHost: x\r\n${H2C}\r\n`;
    const { socket, heard } = speak(web, request);
    await poll(() => heard().includes('{"status":"live"}'));
    socket.write(request);
    await poll(() => socket.closed);
    expect(heard()).toMatch(/^HTTP\/1\.1 200 [^]*HTTP\/1\.1 400 /);
  });
});

test('a refusal closes the connection, though the client does not', async () => {
  const web = await useWeb();
  const { socket, heard } = speak(
    web,
    'GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  socket.allowHalfOpen = true;
  await poll(() => socket.closed || socket.errored !== null || heard() !== '');
  await poll(() => {
    // Whoever is cut off learns it when it writes.
    if (!socket.destroyed) socket.write('x');
    return socket.destroyed;
  });
  expect(heard()).toMatch(/^HTTP\/1\.1 404 [^]*"code":"not-found"/);
});

describe('the address of a client, of HTTP and of WebSocket alike, is', () => {
  async function addresses(trustProxy: readonly string[], forwarded: string) {
    const web = await useWeb({ trustProxy });
    const headers = { 'x-forwarded-for': forwarded };
    await web.ask('/api/stations/a/readings', { method: 'POST', body: '{"t":1}', headers });
    await askForWebSocket(`${web.url}/mqtt`, headers);
    return [...web.submitted.map(({ clientId }) => clientId), ...web.accepted];
  }

  test.each([
    ['that of the connection', [], '203.0.113.7', '127.0.0.1'],
    ['what a trusted proxy says', ['loopback'], '203.0.113.7', '203.0.113.7'],
    ['not what a client told the proxy', ['127.0.0.0/8'], '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['not what others say', ['10.0.0.0/8'], '203.0.113.7', '127.0.0.1'],
    [
      'behind all proxies that are trusted',
      ['loopback', '10.1.2.3'],
      '198.51.100.1, 203.0.113.7, 10.1.2.3',
      '203.0.113.7',
    ],
  ])('%s', async (_, trustProxy, forwarded, address) => {
    expect(await addresses(trustProxy, forwarded)).toEqual([`http:${address}`, address]);
  });
});

describe('a WebSocket', () => {
  async function open(web: TestWeb) {
    const speaking = speak(
      web,
      'GET /mqtt HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n',
    );
    await poll(() => speaking.heard().startsWith('HTTP/1.1 101'));
    return speaking.socket;
  }

  test('goes on when the server closes, which does not wait for it', async () => {
    const web = await useWeb();
    const socket = await open(web);
    await web.close();
    expect(socket.destroyed).toBe(false);
  });

  test('that is closed is cut off, though its client does not answer', async () => {
    // The broker of this server closes each at once.
    const socket = await open(await useWeb());
    await poll(() => socket.closed);
  });
});
