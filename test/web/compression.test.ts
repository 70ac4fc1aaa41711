import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { chooseEncoding } from '../../src/web/compression/choose-encoding.ts';
import { openEventStream } from '../support/event-stream.ts';
import { type TestWeb, useWeb } from '../support/web.ts';

interface Answer {
  readonly status: number | undefined;
  readonly encoding: string | undefined;
  readonly vary: string | undefined;
  readonly length: string | undefined;
  readonly bytes: Buffer;
}

/** As it comes: `fetch` would undo what is to be looked at. */
function ask(
  web: TestWeb,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(web.url + path, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          encoding: response.headers['content-encoding'],
          vary: response.headers['vary'],
          length: response.headers['content-length'],
          bytes: Buffer.concat(chunks),
        }),
      );
    });
    asked.on('error', reject).end();
  });
}

async function useFullWeb(): Promise<TestWeb> {
  const web = await useWeb();
  for (let station = 0; station < 20; station += 1) {
    web.commit({ station: `station-${station}`, metric: 'temperature', value: station });
  }
  return web;
}

/** Where the style sheet of the pages is. */
async function styleSheetOf(web: TestWeb): Promise<string> {
  const { text } = await web.ask('/');
  return /href="(\/assets\/page-[^"]+\.css)"/.exec(text)![1]!;
}

test.each([
  ['JSON', () => '/api/stations'],
  ['a page', () => '/'],
  ['the service worker', () => '/service-worker.js'],
  ['a style sheet', styleSheetOf],
])('%s is compressed for whoever takes it, and says what it depends on', async (_name, pathIn) => {
  const web = await useFullWeb();
  const path = await pathIn(web);
  const plain = await ask(web, path);
  expect([plain.encoding, plain.length]).toEqual([undefined, String(plain.bytes.length)]);
  const gzipped = await ask(web, path, { 'accept-encoding': 'gzip, deflate' });
  const brotli = await ask(web, path, { 'accept-encoding': 'gzip, deflate, br, zstd' });
  expect([gzipped.encoding, brotli.encoding]).toEqual(['gzip', 'br']);
  expect(gunzipSync(gzipped.bytes).length).toBe(plain.bytes.length);
  expect(brotliDecompressSync(brotli.bytes).length).toBe(plain.bytes.length);
  for (const { vary, bytes } of [gzipped, brotli]) {
    expect(vary).toContain('accept-encoding');
    expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
  }
  expect(plain.vary).toContain('accept-encoding');
  const head = await ask(web, path, { 'accept-encoding': 'gzip' }, 'HEAD');
  expect([head.status, head.bytes.length]).toEqual([200, 0]);
});

test('what is short stays as it is', async () => {
  const web = await useWeb();
  const { encoding, bytes } = await ask(web, '/api/stations', { 'accept-encoding': 'gzip, br' });
  expect([encoding, bytes.toString()]).toEqual([undefined, '{"stations":[]}']);
});

test('the login is not compressed', async () => {
  const web = await useFullWeb();
  const login = await ask(web, '/login', { 'accept-encoding': 'gzip, br' });
  expect(login.bytes.length).toBeGreaterThan(1024);
  expect(login.encoding).toBeUndefined();
});

test.each(['gzip', 'identity'])('a part of a file is a part of all of it, as %s', async (encoding) => {
  const web = await useWeb();
  const path = await styleSheetOf(web);
  const whole = await ask(web, path, { 'accept-encoding': encoding });
  const part = await ask(web, path, { 'accept-encoding': encoding, range: 'bytes=0-999' });
  expect([part.status, part.encoding]).toEqual([206, whole.encoding]);
  expect(part.bytes.equals(whole.bytes.subarray(0, 1000))).toBe(true);
});

test('event streams are not compressed', async () => {
  const web = await useWeb();
  const { headers } = await openEventStream(`${web.url}/api/live`);
  expect(headers['content-encoding']).toBeUndefined();
});

test('routes of others, such as those for boards, are not compressed', async () => {
  const text = randomBytes(2_000).toString('hex');
  const web = await useWeb(
    {},
    {
      more: {
        mendUrl: (url) => url,
        routes: (app, _options, done) => {
          app.get('/channels', { config: { access: 'open' }, schema: { hide: true } }, () => text);
          done();
        },
      },
    },
  );
  const { encoding, bytes } = await ask(web, '/channels', { 'accept-encoding': 'gzip, br' });
  expect([encoding, bytes.toString()]).toEqual([undefined, text]);
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['identity', undefined],
  ['deflate, zstd', undefined],
  ['gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['br', 'br'],
  ['gzip, br', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['gzip; q=0 , br ;q=0', undefined],
  ['*', 'br'],
  ['br;q=0, *;q=0.1', 'gzip'],
  ['gzip;q=x, ,;', undefined],
])('of %s, %s is taken', (accepted, encoding) => {
  expect(chooseEncoding(accepted)).toBe(encoding);
});
