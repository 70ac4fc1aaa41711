import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { httpLimits } from '../../src/web/http-limits.ts';
import { HTTP_LIMITS, type TestWeb, useWeb } from '../support/web.ts';

/** Sends text, and nothing more; resolves with all of the answer once the service has closed the connection. */
function send(web: TestWeb, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ port: Number(new URL(web.url).port), host: '127.0.0.1' });
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}

test('a request whose head does not come to its end is ended by the service', async () => {
  const limits = { ...HTTP_LIMITS, headersTimeout: 100, connectionsCheckingInterval: 20 };
  const web = await useWeb({}, { limits });
  const answer = await send(web, 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('"request-invalid"');
  expect(web.parts.httpCounters.http_requests_too_slow).toBe(1);
});

test('a request whose body does not come to its end is ended by the service', async () => {
  const limits = {
    ...HTTP_LIMITS,
    headersTimeout: 100,
    requestTimeout: 100,
    connectionsCheckingInterval: 20,
  };
  const web = await useWeb({}, { limits });
  const head = 'POST /api/stations/outside/readings HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n';
  expect(await send(web, `${head}1`)).toMatch(/^HTTP\/1\.1 408 /);
  expect(web.submitted).toEqual([]);
});

test('a head of more than 16 KiB is a 431', async () => {
  const web = await useWeb();
  const head = (bytes: number): string =>
    `GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Large: ${'x'.repeat(bytes)}\r\n\r\n`;
  expect(await send(web, head(15 * 1024))).toMatch(/^HTTP\/1\.1 200 /);
  expect(web.parts.httpCounters.http_requests_too_large).toBe(0);
  expect(await send(web, head(17 * 1024))).toMatch(/^HTTP\/1\.1 431 /);
  expect(web.parts.httpCounters.http_requests_too_large).toBe(1);
});

test('a body of the largest size is taken, and one byte more is a 413', async () => {
  const web = await useWeb({ maxBodyBytes: 2048 });
  const post = (bytes: number) =>
    web.ask('/api/stations/outside/readings', { method: 'POST', body: Buffer.alloc(bytes, '1') });
  expect((await post(2048)).status).toBe(201);
  expect((await post(2049)).status).toBe(413);
  expect(web.parts.httpCounters.http_requests_too_large).toBe(1);
  expect(web.submitted).toHaveLength(1);
});

test('the head of a request never has longer than the request', () => {
  const times = { httpMaxHeaderBytes: 8_192, httpHeadersTimeoutMs: 60_000, httpRequestTimeoutMs: 20_000 };
  expect(httpLimits(times)).toEqual({
    maxHeaderSize: 8_192,
    headersTimeout: 20_000,
    requestTimeout: 20_000,
    connectionsCheckingInterval: 10_000,
  });
});
