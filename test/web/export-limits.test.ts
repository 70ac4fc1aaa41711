import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { makePartitions, seedSeries } from '../support/series.ts';
import { type TestWeb, useWeb } from '../support/web.ts';

/** More than sockets hold: 17 MB as CSV. */
const ROWS = 200_000;
const CHUNKS = ROWS / 1_000;
const PATH = '/api/export?station=outside';
const PAGE = '/api/stations/outside/readings?format=csv&limit=3';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  const id = await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, []);
  await makePartitions(pool, [{ measuredAt: Date.UTC(2026, 9) * 1000 }]);
  await pool.query(
    `INSERT INTO readings SELECT $1, '2026-10-01Z'::timestamptz + n * interval '1 second', n % 100, now()
     FROM generate_series(1, $2::int) AS n`,
    [id, ROWS],
  );
});
afterAll(() => database.drop());

/** The database, counting chunks; from the `failsAt`th on it is away. */
function countChunks(failsAt = Infinity): { readonly pool: Pool; chunks(): number } {
  let chunks = 0;
  const query = async (...given: Parameters<Pool['query']>): Promise<unknown> => {
    if (given[0].includes('array_agg') && (chunks += 1) >= failsAt) throw new Error('ECONNRESET');
    return database.pool.query(...given);
  };
  return { pool: { query } as unknown as Pool, chunks: () => chunks };
}

/** Asks for it, and does not read. */
async function askAndWait(web: TestWeb, path: string, headers: string[] = []): Promise<Socket> {
  const socket = connect(Number(new URL(web.url).port), '127.0.0.1').pause();
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write([`GET ${path} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n'));
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

test('a client that does not read is waited for, and cut off after a while; meanwhile little is read for it', async () => {
  const { pool, chunks } = countChunks();
  const web = await useWeb({ pool }, { exportPatienceMs: 500 });
  const socket = await askAndWait(web, PATH);
  await poll(() => web.parts.httpCounters.exports_cut_off === 1);
  expect(chunks()).toBeLessThan(CHUNKS - 20);
  const read = await new Promise<number>((resolve) => {
    let bytes = 0;
    socket.on('data', (data) => (bytes += data.length));
    socket.on('close', () => resolve(bytes));
  });
  expect(read).toBeLessThan(ROWS * 60);
});

test('a client that goes ends its export', async () => {
  const { pool, chunks } = countChunks();
  const web = await useWeb({ pool, maxExports: 1 });
  const socket = await askAndWait(web, PATH);
  expect((await web.ask(PATH)).status).toBe(429);
  socket.destroy();
  await poll(async () => {
    const { status, body } = await fetch(web.url + PATH);
    await body?.cancel();
    return status === 200;
  });
  expect(chunks()).toBeLessThan(CHUNKS);
  expect(web.parts.httpCounters.exports_cut_off).toBe(0);
});

test('a slow client gets all of it', async () => {
  const { pool } = countChunks();
  const web = await useWeb({ pool });
  const lines = await new Promise<number>((resolve, reject) => {
    const request = get(web.url + PATH, (response) => {
      let found = 0;
      response.on('data', (data: Buffer) => {
        found += data.toString('latin1').split('\n').length - 1;
        response.pause();
        setImmediate(() => response.resume());
      });
      response.on('end', () => resolve(found));
      response.on('error', reject);
    });
    request.on('error', reject);
  });
  expect(lines).toBe(ROWS + 1);
});

test.each(['gzip', 'br'])('what is compressed is all of it, too: %s', async (encoding) => {
  const web = await useWeb({ pool: database.pool });
  const response = await fetch(web.url + PATH, { headers: { 'accept-encoding': encoding } });
  expect(response.headers.get('content-encoding')).toBe(encoding);
  expect((await response.text()).split('\r\n')).toHaveLength(ROWS + 2);
});

test('exports that are one too many are told when to come again; pages are none', async () => {
  const web = await useWeb({ pool: database.pool, maxExports: 4, trustProxy: ['loopback'] });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const ask = async (path: string, address: string) => {
    const { status, headers, body } = await web.ask(path, { headers: from(address) });
    return [status, headers.get('retry-after'), body?.error.code];
  };
  for (const address of ['192.0.2.1', '192.0.2.1', '2001:db8::1']) {
    await askAndWait(web, PATH, [`X-Forwarded-For: ${address}`]);
  }
  expect(await ask(PATH, '192.0.2.1')).toEqual([429, '30', 'too-many-exports']);
  await askAndWait(web, PATH, ['X-Forwarded-For: 2001:db8::2']);
  expect(await ask(PATH, '2001:db8::3'), 'of the same network').toEqual([429, '30', 'too-many-exports']);
  expect(await ask(PATH, '192.0.2.9')).toEqual([503, '30', 'too-many-exports']);
  expect(web.parts.httpCounters.exports_refused).toBe(3);
  expect((await ask(PAGE, '192.0.2.1'))[0]).toBe(200);
  expect((await ask('/api/export?station=nowhere', '192.0.2.1'))[0], 'a mistake').toBe(404);
});

test('an export ends when whoever asked for it may no longer read', async () => {
  const web = await useWeb({ pool: database.pool, isPrivate: true });
  const authorization = (secret: string) => [`Authorization: Bearer ${secret}`];
  const gone = await askAndWait(web, PATH, authorization(web.credentials.add('admin', 'gone')));
  const kept = await askAndWait(web, PATH, authorization(web.credentials.add('station', 'outside')));
  web.app.reviewAccess();
  web.credentials.revoke('gone');
  expect(web.parts.httpCounters.exports_cut_off).toBe(0);
  web.app.reviewAccess();
  expect(web.parts.httpCounters.exports_cut_off).toBe(1);
  gone.resume();
  await poll(() => gone.closed);
  expect(kept.closed).toBe(false);
});

test('an export is no reason for a stop to wait', async () => {
  const web = await useWeb({ pool: database.pool });
  const socket = await askAndWait(web, PATH);
  await web.app.close();
  expect(web.parts.httpCounters.exports_cut_off).toBe(1);
  socket.resume();
  await poll(() => socket.closed);
});

test('a database that goes away is a 503 before the first line, and a broken connection after it', async () => {
  const before = await useWeb({ pool: countChunks(1).pool });
  const { status, headers, body } = await before.ask(PATH);
  expect([status, headers.get('retry-after'), body.error.code]).toEqual([503, '5', 'database-unavailable']);
  expect(headers.get('content-disposition')).toBeNull();
  const after = await useWeb({ pool: countChunks(5).pool, maxExports: 1 });
  const response = await fetch(after.url + PATH);
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow('terminated');
  expect((await after.ask(PATH)).status, 'it is not in the way of the next one').toBe(503);
});
