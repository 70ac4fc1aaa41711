import { connect, type Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { makePartitions, seedSeries } from '../support/series.ts';
import { type TestWeb, useWeb } from '../support/web.ts';

const SERIES = 10;
/** As many as may be asked for of each of so many series: 8 MB of JSON, more than sockets hold. */
const ROWS = 10_000;
const names = Array.from({ length: SERIES }, (_, index) => `s${index}`);
const PATH = `/api/history?series=${names.map((name) => `${name}:temperature`).join(',')}&every=1s&from=2026-10-01T00:00:00Z&to=2026-10-02T00:00:00Z`;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  await makePartitions(pool, [{ measuredAt: Date.UTC(2026, 9) * 1000 }]);
  for (const station of names) {
    const id = await seedSeries(pool, { station, metric: 'temperature', unit: '°C' }, []);
    await pool.query(
      `INSERT INTO readings SELECT $1, '2026-10-01Z'::timestamptz + n * interval '1 second', n % 100, now()
       FROM generate_series(1, $2::int) AS n`,
      [id, ROWS],
    );
  }
});
afterAll(() => database.drop());

/** Asks for it, and does not read. */
function askOnly(web: TestWeb): Socket {
  const socket = connect(Number(new URL(web.url).port), '127.0.0.1').pause();
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  socket.write(`GET ${PATH} HTTP/1.1\r\nHost: a\r\n\r\n`);
  return socket;
}

async function askAndWait(web: TestWeb): Promise<Socket> {
  const socket = askOnly(web);
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

test('a large answer comes as a whole, with its length, and compressed', async () => {
  const web = await useWeb({ pool: database.pool });
  const { status, headers, text, body } = await web.ask(PATH, { headers: { 'accept-encoding': 'identity' } });
  expect([status, headers.get('content-length')]).toEqual([200, String(Buffer.byteLength(text))]);
  expect(body.series.map(({ buckets }: { buckets: unknown[] }) => buckets.length)).toEqual(
    names.map(() => ROWS),
  );
  const compressed = await web.ask(PATH, { headers: { 'accept-encoding': 'gzip' } });
  expect([compressed.headers.get('content-encoding'), compressed.text]).toEqual(['gzip', text]);
  const head = await web.ask(PATH, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, headers.get('content-length')]);
});

test('a client that does not read a large answer is cut off', async () => {
  const web = await useWeb({ pool: database.pool }, { exportPatienceMs: 500 });
  await askAndWait(web);
  await poll(() => web.parts.httpCounters.answers_cut_off === 1);
});

test('an address that does not read its answers gets no more large ones until it does', async () => {
  const web = await useWeb({ pool: database.pool });
  const sockets: Socket[] = [];
  for (let bytes = 0; bytes < 32 * 1024 * 1024; bytes += 7_900_000) sockets.push(await askAndWait(web));
  const refused = await web.ask(PATH);
  expect([refused.status, refused.body.error.code]).toEqual([429, 'answers-not-read']);
  expect(refused.headers.get('retry-after')).toBe('10');
  expect((await web.ask('/api/stations/s0/readings')).status).toBe(429);
  expect((await web.ask('/api/stations')).status).toBe(200);
  expect(web.parts.httpCounters.answers_refused).toBe(2);
  for (const socket of sockets) socket.destroy();
  await poll(async () => (await web.ask('/api/stations/s0/readings')).status === 200);
});

test('three histories are looked up at a time, and none for those who have gone meanwhile', async () => {
  let asked = 0;
  let connected = 0;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const pool = {
    query(...given: Parameters<Pool['query']>) {
      asked += 1;
      return database.pool.query(...given);
    },
    async connect(): Promise<PoolClient> {
      connected += 1;
      await opened;
      return database.pool.connect();
    },
  } as unknown as Pool;
  const web = await useWeb({ pool });
  const sockets = Array.from({ length: 8 }, () => askOnly(web));
  await poll(() => asked === sockets.length && connected === 3);
  for (const socket of sockets) socket.destroy();
  const last = web.ask(PATH);
  await poll(() => asked === sockets.length + 1);
  open();
  expect((await last).status).toBe(200);
  expect(connected).toBe(4);
});
