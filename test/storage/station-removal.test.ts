import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { beforeEach, expect, test } from 'vitest';
import { storeEntries } from '../../src/storage/channel-entries-insert.ts';
import { clearSeries } from '../../src/storage/clear-series.ts';
import { classifyFailure, sqlState } from '../../src/storage/failure.ts';
import { insertReadings } from '../../src/storage/readings-insert.ts';
import { renameStation } from '../../src/storage/station-rename.ts';
import { readStationContents } from '../../src/storage/station-contents.ts';
import { detachStation } from '../../src/storage/station-removal.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { useIngest } from '../support/ingest.ts';
import { poll } from '../support/poll.ts';
import { useMaintenance } from '../support/retention.ts';
import { seedSeries } from '../support/series.ts';

const NEVER = new AbortController().signal;
const HOUR = 3_600_000_000;
const START = Date.UTC(2026, 8, 1) * 1000;
const QUIET = { onGone() {}, rest: async () => {}, signal: NEVER };

let database: TestDatabase;
let pool: Pool;
beforeEach(async () => {
  database = await useTestDatabase();
  pool = database.pool;
});

async function clear(station: string): Promise<void> {
  for (const id of (await readStationContents(pool, station))?.leftOver ?? [])
    await clearSeries(pool, id, QUIET);
}

/** What is in the tables, whoever can find it. */
async function counts(): Promise<object> {
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM readings) AS readings, (SELECT count(*)::int FROM readings_view) AS found,
       (SELECT count(*)::int FROM rollups_hour) AS hours, (SELECT count(*)::int FROM rollups_day) AS days,
       (SELECT count(*)::int FROM rollup_marks) AS marks, (SELECT count(*)::int FROM rejected_messages) AS rejected`,
  );
  return rows[0] as object;
}

const NOTHING = { readings: 0, found: 0, hours: 0, days: 0, marks: 0, rejected: 0 };

test('a removed station leaves no reading, roll-up or mark of its own, and all of the others', async () => {
  const maintenance = await useMaintenance(database);
  const rows = Array.from({ length: 12_000 }, (_, index) => ({
    measuredAt: START + index * (HOUR / 6),
    value: index,
  }));
  await seedSeries(pool, { station: 'b', metric: 't', unit: null }, rows.slice(0, 100));
  await maintenance.roll(START + 3000 * HOUR);
  const before = await counts();
  await seedSeries(pool, { station: 'a', metric: 't', unit: null }, rows);
  await seedSeries(pool, { station: 'a', metric: 'h', unit: null }, rows.slice(0, 5_000));
  await maintenance.roll(START + 3000 * HOUR);
  expect(await counts()).toMatchObject({ readings: 17_100 });
  expect(await detachStation(pool, 'a', NEVER)).toBe(true);
  // At once for whoever looks for it, and the rest step by step.
  expect(await counts()).toMatchObject({ readings: 17_100, found: 100 });
  await maintenance.roll(START + 3000 * HOUR);
  let gone = 0;
  for (const id of (await readStationContents(pool, 'a'))!.leftOver) {
    await clearSeries(pool, id, { ...QUIET, onGone: (count) => void (gone += count) });
  }
  expect(gone).toBe(17_000);
  expect(await counts()).toEqual(before);
  expect(await readStationContents(pool, 'a')).toBeUndefined();
  expect(await detachStation(pool, 'a', NEVER)).toBe(false);
});

test('a service that has not heard of the removal makes the station anew with what comes then, and loses nothing', async () => {
  const { send, ingest } = await useIngest(pool);
  const first = [await send('stations/a/t', '1'), await send('stations/b/t', '2')];
  expect(first.map(({ stored }) => stored)).toEqual([1, 1]);
  await detachStation(pool, 'a', NEVER);
  // By itself: nothing but the database tells that the station has gone.
  expect((await send('stations/a/t', '1.5')).stored).toBe(1);
  await detachStation(pool, 'a', NEVER);
  // In one batch with others, with a metric that it knows and one that it does not.
  const later = await Promise.all([
    send('stations/b/t', '3'),
    send('stations/a/t', '4'),
    send('stations/a/new', '5'),
    send('stations/a', { t: 6, new: 7 }),
  ]);
  expect(later.map(({ stored }) => stored)).toEqual([1, 1, 1, 2]);
  await clear('a');
  const { rows } = await pool.query('SELECT station, value FROM readings_view ORDER BY value');
  expect(rows.map(({ station, value }) => `${station} ${value}`)).toEqual([
    'b 2',
    'b 3',
    'a 4',
    'a 5',
    'a 6',
    'a 7',
  ]);
  expect(await counts()).toMatchObject({ readings: 6, rejected: 0 });
  expect([ingest.counters.messages_spooled, ingest.rejections.size]).toEqual([0, 0]);
});

test('a channel whose station was removed makes it anew with its next entry, in the one transaction of both', async () => {
  const { send, ingest, clock } = await useIngest(pool);
  await send('stations/a/t', '1');
  await detachStation(pool, 'a', NEVER);
  await pool.query(
    "INSERT INTO channels (id, name, write_key_hash, read_key_hash) VALUES (7, 'x', sha256('w'), sha256('r'))",
  );
  const receivedAt = clock.now();
  const message = {
    topic: 'stations/a/t',
    payload: Buffer.from('2'),
    qos: 1 as const,
    clientId: 'x',
    receivedAt,
  };
  const joined = ingest.join([{ ...message, firstReceivedAt: receivedAt }]);
  const none = { status: null, latitude: null, longitude: null, elevation: null };
  const entry = { createdAt: receivedAt, receivedAt, hasOwnTime: false, fields: { 1: '2' }, ...none };
  const stored = await storeEntries(pool, 7, [entry], { beside: (transaction) => joined.write(transaction) });
  expect(stored).toMatchObject({ outcomes: [expect.anything()] });
  await clear('a');
  const { rows } = await pool.query(
    'SELECT station, value, (SELECT count(*)::int FROM channel_entries) AS entries FROM readings_view',
  );
  expect(rows).toEqual([{ station: 'a', value: 2, entries: 1 }]);
});

test('what is repeated after its station was removed is stored anew, also by a service that has not heard of it', async () => {
  const { send, ingest } = await useIngest(pool);
  const repeated = { t: 1, time: START / 1e6 };
  await send('stations/a', repeated);
  await detachStation(pool, 'a', NEVER);
  const again = await Promise.all([send('stations/a', repeated), send('stations/b/t', '2')]);
  expect(again.map(({ stored }) => stored)).toEqual([1, 1]);
  await clear('a');
  const { rows } = await pool.query('SELECT station, value FROM readings_view ORDER BY value');
  expect(rows.map(({ station, value }) => `${station} ${value}`)).toEqual(['a 1', 'b 2']);
  expect(ingest.counters.messages_spooled).toBe(0);
});

test('a service that has not heard of a rename takes the old name for the station, until it meets the new one', async () => {
  const { send } = await useIngest(pool);
  await send('stations/a/t', '1');
  await renameStation(pool, 'a', 'b');
  await send('stations/a/t', '2');
  await send('stations/b/t', '3');
  await send('stations/a/t', '4');
  const { rows } = await pool.query('SELECT station, value FROM readings_view ORDER BY value');
  expect(rows.map(({ station, value }) => `${station} ${value}`)).toEqual(['b 1', 'b 2', 'b 3', 'a 4']);
});

test('of what is acknowledged while a station is removed again and again, all from before is gone and all from after is there', async () => {
  const { send, ingest } = await useIngest(pool);
  const over = new AbortController();
  const acknowledged = new Set<number>();
  let next = 0;
  /** Each value is of one reading, whose metric tells which it is. */
  async function publish(): Promise<void> {
    while (!over.signal.aborted) {
      const value = (next += 1);
      await send('stations/a', { [`m${value % 7}`]: value, time: (START + value * 1_000) / 1e6 });
      acknowledged.add(value);
    }
  }
  const publishing = Array.from({ length: 8 }, () => publish());
  let before: ReadonlySet<number> = new Set();
  let begunBefore = 0;
  for (let round = 0; round < 10; round += 1) {
    await pause(30);
    before = new Set(acknowledged);
    await detachStation(pool, 'a', NEVER);
    begunBefore = next;
    await clear('a');
  }
  over.abort();
  await Promise.all(publishing);
  await clear('a');
  const { rows } = await pool.query<{ value: number }>('SELECT value FROM readings_view');
  const stored = new Set(rows.map(({ value }) => value));
  expect([...before].filter((value) => stored.has(value))).toEqual([]);
  expect([...acknowledged].filter((value) => value > begunBefore && !stored.has(value))).toEqual([]);
  expect(await counts()).toMatchObject({ readings: stored.size, rejected: 0 });
  expect(ingest.rejections.size).toBe(0);
});

test('nobody waits long for a removal that has to wait for others, and it says so when it gives up', async () => {
  const { send } = await useIngest(pool);
  await send('stations/a/t', '1');
  const other = await pool.connect();
  await other.query('BEGIN; LOCK TABLE ONLY readings IN ROW EXCLUSIVE MODE');
  const interrupted = new AbortController();
  const removing = detachStation(pool, 'a', interrupted.signal);
  removing.catch(() => undefined);
  for (let count = 2; count < 20; count += 1)
    expect((await send('stations/a/t', String(count))).stored).toBe(1);
  interrupted.abort();
  await expect(removing).rejects.toThrow('aborted');
  await other.query('ROLLBACK');
  other.release();
  expect(await counts()).toMatchObject({ ...NOTHING, readings: 19, found: 19, marks: expect.any(Number) });
});

test.each([
  ['read committed', 'TG001'],
  ['repeatable read', '40001'],
  ['serializable', '40001'],
])(
  'a reading that waits for a removal at the level %s is refused, and not stored for what has gone',
  async (level, code) => {
    const series = { station: 'a', metric: 't', unit: null };
    const seriesId = await seedSeries(pool, series, [{ measuredAt: START, value: 1 }]);
    const [removing, storing] = [await pool.connect(), await pool.connect()];
    await storing.query(`SET default_transaction_isolation = '${level}'`);
    await removing.query(`BEGIN; LOCK TABLE ONLY readings IN SHARE MODE;
    INSERT INTO removed_series (series_id, station) SELECT id, 'a' FROM series;
    DELETE FROM series; DELETE FROM stations`);
    const row = { seriesId, measuredAt: START + 1, value: 2, receivedAt: START + 1 };
    const failed = insertReadings(storing, [row]).then(
      () => undefined,
      (error: unknown) => error,
    );
    const waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'readings'::regclass";
    await poll(async () => (await removing.query(waiting)).rowCount === 1);
    await removing.query('COMMIT');
    const error = await failed;
    expect([sqlState(error), classifyFailure(error)]).toEqual([code, 'temporary']);
    for (const client of [removing, storing]) client.release(true);
    expect(await counts()).toMatchObject({ readings: 1 });
  },
);
