import type { Pool } from 'pg';
import { beforeEach, expect, test } from 'vitest';
import { createPace } from '../../../src/storage/rollups/work.ts';
import { closeHours } from '../../../src/storage/rollups/state.ts';
import { readFence, setFence } from '../../../src/storage/rollups/fence.ts';
import type { Micros } from '../../../src/telemetry/reading.ts';
import { useTestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import { createRunner, type Runner, wrongRollups } from '../../support/rollups.ts';
import { insertRows, makePartitions, seedSeries } from '../../support/series.ts';

const HOUR: Micros = 3_600_000_000;
const DAY = 24 * HOUR;

let pool: Pool;
let series: number;
let now: Micros;
let runner: Runner;

beforeEach(async () => {
  ({ pool } = await useTestDatabase());
  series = await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, []);
  now = at('2026-03-20T10:30:00Z');
  await makePartitions(pool, [{ measuredAt: now }]);
  runner = createRunner(pool, { now: () => now, timeZone: 'UTC' });
});

function at(time: string): Micros {
  return Date.parse(time) * 1000;
}

async function insert(...rows: readonly (readonly [time: string, value: number])[]): Promise<void> {
  await insertRows(
    pool,
    series,
    rows.map(([time, value]) => ({ measuredAt: at(time), value })),
  );
}

async function hours(): Promise<readonly object[]> {
  const { rows } = await pool.query<object>(
    'SELECT bucket, count::int, sum FROM rollups_hour ORDER BY series_id, bucket',
  );
  return rows;
}

async function version(): Promise<number> {
  const { rows } = await pool.query<{ version: string }>('SELECT max(rollup_version) AS version FROM series');
  return Number(rows[0]!.version);
}

test('an hour has count, sum, lowest, highest, first and last; of what is the same the earlier, of one time first the lower', async () => {
  await insert(
    ['2026-03-20T09:00:00Z', 3],
    ['2026-03-20T09:10:00Z', 5],
    ['2026-03-20T09:10:00Z', 1],
    ['2026-03-20T09:20:00Z', 5],
    ['2026-03-20T09:30:00Z', 1],
    ['2026-03-20T09:59:59Z', 2],
    ['2026-03-20T09:59:59Z', 4],
  );
  await runner.settle();
  const { rows } = await pool.query('SELECT * FROM rollups_hour');
  expect(rows).toEqual([
    {
      series_id: series,
      bucket: new Date('2026-03-20T09:00:00Z'),
      count: '7',
      sum: 21,
      min: 1,
      max: 5,
      first: 3,
      last: 4,
      min_at: new Date('2026-03-20T09:10:00Z'),
      max_at: new Date('2026-03-20T09:10:00Z'),
      sine_sum: null,
      cosine_sum: null,
      rise: null,
      rise_from: null,
      rise_to: null,
    },
  ]);
});

test('an hour is rolled up two minutes after its end, and a day with its last hour', async () => {
  await insert(['2026-03-20T08:59:00Z', 1], ['2026-03-20T09:00:00Z', 2], ['2026-03-20T23:59:00Z', 3]);
  now = at('2026-03-20T09:01:59Z');
  await runner.settle();
  expect(await hours()).toEqual([]);
  now = at('2026-03-20T09:02:00Z');
  await runner.settle();
  expect(await hours()).toEqual([{ bucket: new Date('2026-03-20T08:00:00Z'), count: 1, sum: 1 }]);
  const days = 'SELECT count::int, sum FROM rollups_day';
  now = at('2026-03-21T00:01:59Z');
  await runner.settle();
  expect((await pool.query(days)).rows).toEqual([]);
  now = at('2026-03-21T00:02:00Z');
  await runner.settle();
  expect((await pool.query(days)).rows).toEqual([{ count: 3, sum: 6 }]);
});

test('a late reading, a correction and a deletion have their hour made anew, and count the version up', async () => {
  await insert(['2026-03-20T07:10:00Z', 1], ['2026-03-20T08:10:00Z', 2]);
  await runner.settle();
  expect(await version()).toBe(0);
  await insert(['2026-03-20T07:20:00Z', 4]);
  expect((await pool.query('SELECT FROM rollup_marks')).rowCount).toBe(1);
  await runner.settle();
  expect(await hours()).toEqual([
    { bucket: new Date('2026-03-20T07:00:00Z'), count: 2, sum: 5 },
    { bucket: new Date('2026-03-20T08:00:00Z'), count: 1, sum: 2 },
  ]);
  expect(await version()).toBe(1);
  await pool.query(`UPDATE readings SET value = 8 WHERE value = 4; DELETE FROM readings WHERE value = 2`);
  await runner.settle();
  expect(await hours()).toEqual([{ bucket: new Date('2026-03-20T07:00:00Z'), count: 2, sum: 9 }]);
  expect((await pool.query('SELECT FROM rollup_marks')).rowCount).toBe(0);
});

test('an hour that was marked again and again is made anew once, however few marks are mended at a time', async () => {
  const few = { current: () => 1, took: () => {}, failed: () => {} };
  const slow = createRunner(pool, { now: () => now, timeZone: 'UTC', pace: { ...createPace(), marks: few } });
  await slow.settle();
  const other = await seedSeries(pool, { station: 'inside', metric: 'temperature', unit: '°C' }, []);
  for (const second of ['01', '02', '03']) {
    await insert([`2026-03-20T05:10:${second}Z`, 1]);
    await insertRows(pool, other, [{ measuredAt: at(`2026-03-20T05:20:${second}Z`), value: 2 }]);
  }
  // Of more than this hour: that is another one's to mend.
  await insert(['2026-03-20T05:50:00Z', 1], ['2026-03-20T06:10:00Z', 1]);
  expect(await slow.settle()).toMatchObject({ marks: 7, hours: 4 });
  expect(await wrongRollups(pool)).toEqual([]);
});

test('a reading of a transaction that has seen the hour open, and commits when it is closed, is not lost', async () => {
  await runner.settle();
  const late = await pool.connect();
  await late.query('BEGIN');
  await late.query('INSERT INTO readings VALUES ($1, $2, 1, now())', [series, '2026-03-20T10:40:00Z']);
  now += HOUR;
  expect(await runner.run()).toMatchObject({ isWaiting: true });
  expect(await runner.run()).toMatchObject({ isWaiting: true });
  await late.query('COMMIT');
  late.release();
  expect((await pool.query('SELECT FROM rollup_marks')).rowCount).toBe(0);
  await runner.settle();
  expect(await hours()).toEqual([{ bucket: new Date('2026-03-20T10:00:00Z'), count: 1, sum: 1 }]);
});

test('a reading that is stored at REPEATABLE READ, in sight of how things were hours ago, is not lost', async () => {
  await runner.settle();
  const late = await pool.connect();
  await late.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await late.query('SELECT FROM rollup_state');
  now += 3 * HOUR;
  // It has no number yet, so nobody waits for it.
  await runner.settle();
  await late.query('INSERT INTO readings VALUES ($1, $2, 1, now())', [series, '2026-03-20T10:40:00Z']);
  await late.query('COMMIT');
  late.release();
  await runner.settle();
  expect(await hours()).toEqual([{ bucket: new Date('2026-03-20T10:00:00Z'), count: 1, sum: 1 }]);
});

test('a transaction is waited for whose number is greater than that of the one that closed the hour', async () => {
  await runner.settle();
  const [closing, late] = [await pool.connect(), await pool.connect()];
  await closing.query('BEGIN');
  await closeHours(closing, now + HOUR);
  await late.query('BEGIN');
  // It does not see yet that its hour is closed.
  await late.query('INSERT INTO readings VALUES ($1, $2, 1, now())', [series, '2026-03-20T10:40:00Z']);
  await closing.query('COMMIT');
  const until = at('2026-03-20T11:00:00Z');
  await setFence(closing, until);
  expect(await readFence(closing)).toEqual({ until, isPassed: false });
  await late.query('COMMIT');
  expect((await pool.query('SELECT FROM rollup_marks')).rowCount).toBe(0);
  // Other tests have transactions on this server, too.
  await poll(async () => (await readFence(closing))?.isPassed);
  closing.release();
  late.release();
});

test('the number of a transaction of another server, of which this database is a copy, is not waited for', async () => {
  await insert(['2026-03-20T09:10:00Z', 1]);
  await runner.settle();
  now += HOUR;
  await closeHours(pool, now);
  await pool.query(`UPDATE rollup_state SET fence = '1000000000000', fenced_until = closed_until`);
  await runner.settle();
  expect(await hours()).toHaveLength(1);
  expect((await pool.query('SELECT FROM rollup_state WHERE rolled_until = closed_until')).rowCount).toBe(1);
});

test('a clock that was set back has transactions waited for again that have seen the hour open', async () => {
  await runner.settle();
  await closeHours(pool, now + HOUR);
  await setFence(pool, at('2026-03-20T11:00:00Z'));
  await closeHours(pool, now);
  const late = await pool.connect();
  await late.query('BEGIN');
  await late.query('INSERT INTO readings VALUES ($1, $2, 1, now())', [series, '2026-03-20T10:40:00Z']);
  now += HOUR;
  expect(await runner.run()).toMatchObject({ isWaiting: true });
  await late.query('COMMIT');
  late.release();
  await runner.settle();
  expect(await hours()).toHaveLength(1);
});

test('a clock that was far ahead leaves nothing behind when it is right again', async () => {
  await insert(['2026-03-20T09:10:00Z', 1]);
  const right = now;
  now += 400 * DAY;
  await runner.settle();
  const before = await version();
  now = right;
  await insert(['2026-03-20T10:10:00Z', 1]);
  await runner.settle();
  await insert(['2026-03-20T10:20:00Z', 2], ['2026-03-20T11:20:00Z', 3]);
  expect((await pool.query('SELECT FROM rollup_marks')).rowCount).toBe(0);
  now += 2 * HOUR;
  await runner.settle();
  expect(await wrongRollups(pool)).toEqual([]);
  expect(await hours()).toHaveLength(3);
  // What was known of the hours to come was that there is nothing.
  expect(await version()).toBeGreaterThan(before);
});

test('values near the end of what a number holds do not stop roll-ups', async () => {
  await insert(['2026-03-20T07:10:00Z', 1.7e308], ['2026-03-20T07:20:00Z', 1.7e308]);
  await insert(['2026-03-20T08:10:00Z', 1], ['2026-03-20T09:10:00Z', -1.7e308]);
  now += DAY;
  await runner.settle();
  expect(await hours()).toEqual([
    { bucket: new Date('2026-03-20T07:00:00Z'), count: 2, sum: Number.POSITIVE_INFINITY },
    { bucket: new Date('2026-03-20T08:00:00Z'), count: 1, sum: 1 },
    { bucket: new Date('2026-03-20T09:00:00Z'), count: 1, sum: Number.NEGATIVE_INFINITY },
  ]);
  const { rows } = await pool.query('SELECT count::int, sum, min, max FROM rollups_day');
  expect(rows).toEqual([{ count: 4, sum: Number.NaN, min: -1.7e308, max: 1.7e308 }]);
});

test('years without readings are passed in one step, and so is a database without any', async () => {
  await runner.settle();
  await makePartitions(pool, [{ measuredAt: at('2001-05-05T00:00:00Z') }]);
  await pool.query(`UPDATE rollup_state SET rolled_until = '-infinity'`);
  await insert(['2001-05-05T07:10:00Z', 1], ['2026-03-20T07:10:00Z', 1]);
  let steps = 0;
  const counting = createRunner(pool, {
    now: () => now,
    timeZone: 'UTC',
    onProgress: () => void (steps += 1),
  });
  await counting.settle();
  expect(await hours()).toHaveLength(2);
  expect((await pool.query('SELECT bucket FROM rollups_day')).rows).toEqual([
    { bucket: new Date('2001-05-05T00:00:00Z') },
  ]);
  expect(steps).toBeLessThan(12);
});

test('what a rebuild finds wrong it makes right, and it keeps what expired readings came to', async () => {
  await insert(['2026-03-18T07:10:00Z', 1], ['2026-03-19T07:10:00Z', 2], ['2026-03-19T08:10:00Z', 3]);
  await runner.settle();
  await pool.query(`
    UPDATE series SET raw_from = '2026-03-19';
    ALTER TABLE readings DISABLE TRIGGER USER;
    DELETE FROM readings WHERE measured_at < '2026-03-19' OR value = 3;
    ALTER TABLE readings ENABLE TRIGGER USER;
    UPDATE rollups_hour SET sum = 77; UPDATE rollups_day SET sum = 77`);
  const before = await version();
  await runner.rebuild();
  expect(await hours()).toEqual([
    { bucket: new Date('2026-03-18T07:00:00Z'), count: 1, sum: 77 },
    { bucket: new Date('2026-03-19T07:00:00Z'), count: 1, sum: 2 },
  ]);
  const { rows } = await pool.query('SELECT count::int, sum FROM rollups_day ORDER BY bucket');
  expect(rows).toEqual([
    { count: 1, sum: 77 },
    { count: 1, sum: 2 },
  ]);
  expect(await version()).toBeGreaterThan(before);
});

test('of hours whose readings have expired only those are made that are not known', async () => {
  await insert(['2026-03-18T07:10:00Z', 1]);
  await runner.settle();
  await pool.query(`UPDATE series SET raw_from = '2026-03-19'`);
  await insert(['2026-03-18T07:20:00Z', 5], ['2026-03-18T09:20:00Z', 6]);
  expect(await runner.settle()).toMatchObject({ hoursTooLate: 1 });
  expect(await hours()).toEqual([
    { bucket: new Date('2026-03-18T07:00:00Z'), count: 1, sum: 1 },
    { bucket: new Date('2026-03-18T09:00:00Z'), count: 1, sum: 6 },
  ]);
});

test('a TRUNCATE takes roll-ups along, but for those of expired readings; above READ COMMITTED it is refused', async () => {
  await insert(['2026-03-18T07:10:00Z', 1], ['2026-03-19T07:10:00Z', 2]);
  await runner.settle();
  await pool.query(`UPDATE series SET raw_from = '2026-03-19'`);
  await expect(
    pool.query('BEGIN ISOLATION LEVEL REPEATABLE READ; TRUNCATE readings; COMMIT'),
  ).rejects.toThrow('READ COMMITTED only');
  expect(await hours()).toHaveLength(2);
  await pool.query('TRUNCATE readings');
  expect(await hours()).toEqual([{ bucket: new Date('2026-03-18T07:00:00Z'), count: 1, sum: 1 }]);
  expect(await version()).toBe(1);
});

test('days are not made out of hours that a TRUNCATE is about to take away', async () => {
  await insert(['2026-03-18T07:10:00Z', 1]);
  await runner.settle();
  await pool.query('DELETE FROM rollups_day');
  const owner = await pool.connect();
  await owner.query('BEGIN');
  await owner.query('TRUNCATE readings');
  let isOver = false;
  const other = createRunner(pool, { now: () => now, timeZone: 'Europe/Berlin' });
  const running = other.run().finally(() => (isOver = true));
  const waiting = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
  await poll(async () => isOver || (await pool.query(waiting)).rowCount === 1);
  await owner.query('COMMIT');
  owner.release();
  await running;
  await other.settle();
  expect((await pool.query('SELECT FROM rollups_hour')).rowCount).toBe(0);
  expect((await pool.query('SELECT FROM rollups_day')).rowCount).toBe(0);
});
