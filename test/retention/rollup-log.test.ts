import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import { createRollupLog, type RollupLog } from '../../src/retention/rollup-log.ts';
import { newDone } from '../../src/storage/rollups/work.ts';
import { useTestDatabase } from '../support/database.ts';

const MINUTE_MS = 60_000;
const RAN = { isWaiting: false, hasMore: false, timeZone: 'UTC' };
/** Nobody asks it. */
const NO_SESSION = { query: () => Promise.reject(new Error('it was asked')) };

let lines: { level: number; msg: string }[];
let nowMs: number;
let log: RollupLog;

beforeEach(() => {
  lines = [];
  nowMs = 0;
  const sink = { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) };
  log = createRollupLog(pino({ base: null, timestamp: false }, sink), 'UTC', () => nowMs);
});

test('a run that takes long is told every half a minute, and when it has ended', async () => {
  const done = { ...newDone(), hours: 70, days: 2, readings: 4_000 };
  for (nowMs = 0; nowMs <= MINUTE_MS; nowMs += 1_000) log.progress(Date.UTC(2026, 0, 1) * 1000, done);
  await log.ended(RAN, done, NO_SESSION);
  await log.ended(RAN, newDone(), NO_SESSION);
  const progress = {
    level: 30,
    until: '2026-01-01T00:00:00.000Z',
    readings: 4_000,
    msg: 'readings are rolled up that have waited for it',
  };
  expect(lines).toEqual([
    progress,
    progress,
    { level: 30, hours: 70, days: 2, readings: 4_000, msg: 'everything is rolled up now' },
  ]);
});

test('what several runs had to do is told as one', async () => {
  const done = { ...newDone(), hours: 70, days: 2, readings: 4_000 };
  for (let run = 1; run <= 3; run += 1) {
    for (const end = run * MINUTE_MS; nowMs < end; nowMs += 1_000) log.progress(0, done);
    await log.ended({ ...RAN, hasMore: run < 3 }, done, NO_SESSION);
  }
  expect(lines.map((line) => [line.msg, 'readings' in line && line.readings])).toEqual([
    ...[4_000, 8_000, 8_000, 12_000, 12_000].map((sum) => [
      'readings are rolled up that have waited for it',
      sum,
    ]),
    ['everything is rolled up now', 12_000],
  ]);
});

test('runs that end soon are not told, however many there are', async () => {
  for (nowMs = 0; nowMs <= 10 * MINUTE_MS; nowMs += 15_000) {
    log.progress(0, newDone());
    await log.ended(RAN, newDone(), NO_SESSION);
  }
  expect(lines).toEqual([]);
});

test('a transaction that hours have waited for for ten minutes is named once, and the next one again', async () => {
  const { pool } = await useTestDatabase();
  const [open, session] = [await pool.connect(), await pool.connect()];
  await open.query(`BEGIN; INSERT INTO stations (station) VALUES ('x')`);
  const waiting = { ...RAN, isWaiting: true };
  for (; nowMs <= 30 * MINUTE_MS; nowMs += 15_000) await log.ended(waiting, newDone(), session);
  // Not always ours: other tests work on the same server.
  const line = { level: 40, pid: expect.any(Number), program: expect.any(String), since: expect.any(String) };
  expect(lines).toEqual([{ ...line, msg: expect.stringContaining('open for long') }]);
  await log.ended(RAN, newDone(), session);
  for (; nowMs <= 60 * MINUTE_MS; nowMs += 15_000) await log.ended(waiting, newDone(), session);
  expect(lines).toHaveLength(2);
  open.release(true);
  session.release();
});

test('days of another time zone and readings that come too late are told', async () => {
  const strange = { ...RAN, timeZone: 'Asia/Kolkata' };
  await log.ended(strange, newDone(), NO_SESSION);
  await log.ended(strange, { ...newDone(), hoursTooLate: 3 }, NO_SESSION);
  expect(lines).toEqual([
    { level: 40, timeZone: 'Asia/Kolkata', ours: 'UTC', msg: expect.stringContaining('same one') },
    { level: 30, hours: 3, msg: expect.stringContaining('have expired') },
  ]);
});
