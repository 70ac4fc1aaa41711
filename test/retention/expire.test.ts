import { expect, test } from 'vitest';
import { addChannel } from '../../src/storage/channels-query.ts';
import { removeRetentionPolicy, setRetentionPolicy } from '../../src/storage/expiry/policies.ts';
import { listPartitions } from '../../src/storage/expiry/partition-list.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { at, hourly } from '../support/hourly.ts';
import { duration, useMaintenance } from '../support/retention.ts';
import { insertRows, makePartitions, seedSeries } from '../support/series.ts';
import { CHANNEL, testChannel } from '../support/thingspeak.ts';

const HOUR = 3_600_000_000;
const DAY = 24 * HOUR;
const NOW = at('2026-06-15T10:20:00Z');

const OUTSIDE = { station: 'outside', metric: 'temperature', unit: '°C' };
const SHED = { station: 'shed', metric: 'temperature', unit: '°C' };

async function firstReadings({ pool }: TestDatabase): Promise<Record<string, string | null>> {
  const { rows } = await pool.query<{ station: string; first: Date | null }>(
    `SELECT station, (SELECT min(measured_at) FROM readings WHERE series_id = series.id) AS first
     FROM series JOIN stations ON stations.id = station_id`,
  );
  return Object.fromEntries(rows.map(({ station, first }) => [station, first?.toISOString() ?? null]));
}

async function months({ pool }: TestDatabase): Promise<readonly string[]> {
  return (await listPartitions(pool)).map(({ name }) => name.replace('readings_', ''));
}

async function rawFrom({ pool }: TestDatabase, id: number): Promise<string> {
  const { rows } = await pool.query<{ text: string }>(
    `SELECT coalesce(to_char(nullif(raw_from, '-infinity') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI'), 'never') AS text
     FROM series WHERE id = $1`,
    [id],
  );
  return rows[0]!.text;
}

test('readings that are due go: months as a whole, the last days from theirs, and their roll-ups stay', async () => {
  const database = await useTestDatabase();
  const id = await seedSeries(database.pool, OUTSIDE, hourly('2026-01-20T00:00Z', '2026-06-15T10:00Z'));
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  const before = await database.pool.query('SELECT * FROM rollups_hour ORDER BY bucket');
  expect(before.rowCount).toBe(hourly('2026-01-20T00:00Z', '2026-06-15T10:00Z').length);
  const done = await maintenance.expire(NOW, { raw: duration('90d') });
  // 90 days before is in the afternoon of 17 March.
  expect(await firstReadings(database)).toEqual({ outside: '2026-03-17T00:00:00.000Z' });
  expect(await rawFrom(database, id)).toBe('2026-03-17T00:00');
  expect(await months(database)).toEqual(['2026_03', '2026_04', '2026_05', '2026_06']);
  expect(done).toEqual({
    readings_expired: 16 * 24,
    rollups_expired: 0,
    partitions_dropped: 2,
    rejected_messages_expired: 0,
    channel_entries_expired: 0,
  });
  const after = await database.pool.query('SELECT * FROM rollups_hour ORDER BY bucket');
  expect(after.rows).toEqual(before.rows);
  const { rows } = await database.pool.query(
    `SELECT to_char(month, 'YYYY-MM') AS month, reason, bytes > 8192 AS sized FROM dropped_partitions ORDER BY month`,
  );
  expect(rows).toEqual([
    { month: '2026-01', reason: 'expired', sized: true },
    { month: '2026-02', reason: 'expired', sized: true },
  ]);
});

test('nothing goes that is not rolled up yet, however old it is', async () => {
  const database = await useTestDatabase();
  const id = await seedSeries(database.pool, OUTSIDE, hourly('2026-01-20T00:00Z', '2026-03-01T00:00Z'));
  const maintenance = await useMaintenance(database);
  expect(await maintenance.expire(NOW, { raw: duration('1d') })).toMatchObject({ readings_expired: 0 });
  await maintenance.roll(at('2026-02-03T12:30Z'));
  await maintenance.expire(NOW, { raw: duration('1d') });
  expect(await firstReadings(database)).toEqual({ outside: '2026-02-03T00:00:00.000Z' });
  expect(await rawFrom(database, id)).toBe('2026-02-03T00:00');
});

test('a month goes as a whole only when all series are done with it; until then those that are due go from it', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  await seedSeries(pool, OUTSIDE, hourly('2026-01-01T00:00Z', '2026-03-01T00:00Z'));
  await seedSeries(pool, SHED, hourly('2026-01-01T00:00Z', '2026-02-01T00:00Z'));
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  await setRetentionPolicy(pool, { station: 'shed', metric: null, raw: duration('1y'), rollups: null });
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(await firstReadings(database)).toEqual({ outside: null, shed: '2026-01-01T00:00:00.000Z' });
  expect(await months(database)).toEqual(['2026_01']);
  await maintenance.roll(at('2027-01-15T10:20Z'));
  await maintenance.expire(at('2027-01-15T10:20Z'), { raw: duration('30d') });
  expect(await firstReadings(database)).toEqual({ outside: null, shed: '2026-01-15T00:00:00.000Z' });
  await maintenance.roll(at('2027-03-15T10:20Z'));
  await maintenance.expire(at('2027-03-15T10:20Z'), { raw: duration('30d') });
  expect(await months(database)).toEqual([]);
});

test('the past of a series stays open behind its last reading, so that a backlog in parts is rolled up as a whole', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const id = await seedSeries(pool, OUTSIDE, hourly('2026-01-01T00:00Z', '2026-01-05T12:00Z'));
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(await rawFrom(database, id)).toBe('2026-01-06T00:00');
  const rest = hourly('2026-01-06T00:00Z', '2026-01-08T00:00Z');
  await makePartitions(pool, rest);
  await insertRows(pool, id, rest.slice(0, 30));
  await maintenance.roll(NOW);
  await insertRows(pool, id, rest.slice(30));
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(await firstReadings(database)).toEqual({ outside: null });
  const { rows } = await pool.query(`SELECT sum(count)::int AS count FROM rollups_hour`);
  expect(rows).toEqual([{ count: 4 * 24 + 12 + 48 }]);
});

test('a late reading for a time that has expired goes again, and leaves the roll-up of its hour as it was', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const id = await seedSeries(pool, OUTSIDE, hourly('2026-02-01T00:00Z', '2026-02-02T00:00Z'));
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  const before = await pool.query('SELECT * FROM rollups_hour ORDER BY bucket');
  const late = [
    { measuredAt: at('2026-02-01T05:30Z'), value: -50 },
    { measuredAt: at('2026-01-31T05:30Z'), value: 7 },
  ];
  await makePartitions(pool, late);
  await insertRows(pool, id, late);
  // Not before what came has been looked at.
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(await firstReadings(database)).toEqual({ outside: '2026-01-31T05:30:00.000Z' });
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(await firstReadings(database)).toEqual({ outside: null });
  expect(await months(database)).toEqual([]);
  const after = await pool.query('SELECT * FROM rollups_hour ORDER BY bucket');
  expect(after.rows.slice(1)).toEqual(before.rows);
  expect(after.rows[0]).toMatchObject({ bucket: new Date('2026-01-31T05:00Z'), count: '1', sum: 7 });
});

test('what comes late for a month that stays does not go before it is rolled up', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const id = await seedSeries(pool, OUTSIDE, hourly('2026-02-01T00:00Z', '2026-02-02T00:00Z'));
  await seedSeries(pool, SHED, hourly('2026-02-01T00:00Z', '2026-02-02T00:00Z'));
  await setRetentionPolicy(pool, { station: 'shed', metric: null, raw: duration('1y'), rollups: null });
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  await insertRows(pool, id, [{ measuredAt: at('2026-02-01T05:30Z'), value: -50 }]);
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(await firstReadings(database)).toMatchObject({ outside: '2026-02-01T05:30:00.000Z' });
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(await firstReadings(database)).toMatchObject({ outside: null });
});

test('what waits to be mended keeps its readings, and what they came to', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const id = await seedSeries(pool, OUTSIDE, hourly('2026-02-01T00:00Z', '2026-02-03T00:00Z'));
  // So that the month stays.
  await seedSeries(pool, SHED, hourly('2026-02-01T00:00Z', '2026-02-02T00:00Z'));
  await setRetentionPolicy(pool, {
    station: 'shed',
    metric: null,
    raw: 'forever',
    rollups: 'forever',
  });
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  await insertRows(pool, id, [{ measuredAt: at('2026-02-01T05:30Z'), value: -50 }]);
  const times = { raw: duration('30d'), rollups: duration('30d') };
  expect(await maintenance.expire(NOW, times)).toMatchObject({ readings_expired: 0, rollups_expired: 0 });
  await maintenance.roll(NOW);
  expect(await maintenance.expire(NOW, times)).toMatchObject({ readings_expired: 49, rollups_expired: 50 });
});

test('a longer time brings nothing back, and keeps what comes from then on', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const id = await seedSeries(pool, OUTSIDE, hourly('2026-01-01T00:00Z', '2026-06-15T00:00Z'));
  await seedSeries(pool, SHED, []);
  await setRetentionPolicy(pool, { station: 'shed', metric: null, raw: duration('30d'), rollups: null });
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  const late = [{ measuredAt: at('2026-04-01T05:30Z'), value: 7 }];
  await makePartitions(pool, late);
  await insertRows(pool, id, late);
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('1y') });
  expect(await firstReadings(database)).toEqual({ outside: '2026-04-01T05:30:00.000Z', shed: null });
  expect(await rawFrom(database, id)).toBe('2026-05-16T00:00');
});

test.each([
  ['Asia/Kolkata', '2026-06-15T10:20Z', '2026-05-15T18:00:00.000Z'],
  ['America/New_York', '2026-06-15T10:20Z', '2026-05-16T04:00:00.000Z'],
  // On the day of the change and on the one after it, to summer time and from it.
  ['America/New_York', '2026-04-07T10:20Z', '2026-03-08T05:00:00.000Z'],
  ['America/New_York', '2026-04-08T10:20Z', '2026-03-09T04:00:00.000Z'],
  ['America/New_York', '2026-12-01T10:20Z', '2026-11-01T04:00:00.000Z'],
  ['America/New_York', '2026-12-02T10:20Z', '2026-11-02T05:00:00.000Z'],
])('all of the day stays in which the time of a reading ends, in %s on %s', async (timeZone, time, first) => {
  const database = await useTestDatabase();
  const now = at(time);
  const from = new Date(now / 1000 - 36 * 86_400_000).toISOString().slice(0, 10);
  const rows = hourly(`${from}T00:00Z`, time.replace('10:20', '00:00'));
  const id = await seedSeries(database.pool, OUTSIDE, rows);
  const maintenance = await useMaintenance(database, timeZone);
  await maintenance.roll(now);
  await maintenance.expire(now, { raw: duration('30d') });
  expect(await firstReadings(database)).toEqual({ outside: first });
  expect(await rawFrom(database, id)).toBe(first.slice(0, 16));
});

test('a day whose readings have gone is made anew with hours of it that had none, so that both say the same', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const id = await seedSeries(pool, OUTSIDE, hourly('2026-02-01T00:00Z', '2026-02-01T12:00Z'));
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  const late = [
    { measuredAt: at('2026-02-01T05:30Z'), value: 500 },
    { measuredAt: at('2026-02-01T14:30Z'), value: 100 },
  ];
  await makePartitions(pool, late);
  await insertRows(pool, id, late);
  await maintenance.roll(NOW);
  await maintenance.expire(NOW, { raw: duration('30d') });
  const { rows } = await pool.query('SELECT count::int, max, last, max_at FROM rollups_day');
  const ofDay = { count: 13, max: 100, last: 100, max_at: new Date('2026-02-01T14:30Z') };
  expect(rows).toEqual([ofDay]);
});

test('to make roll-ups anew leaves those whose readings have gone as they are', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  await seedSeries(pool, OUTSIDE, hourly('2026-01-20T00:00Z', '2026-06-15T00:00Z'));
  const maintenance = await useMaintenance(database, 'America/New_York');
  await maintenance.roll(NOW);
  const read = async (): Promise<object> => ({
    hours: (await pool.query('SELECT * FROM rollups_hour ORDER BY bucket')).rows,
    days: (await pool.query('SELECT * FROM rollups_day ORDER BY bucket')).rows,
  });
  const before = await read();
  await maintenance.expire(NOW, { raw: duration('75d') });
  await maintenance.rebuild(NOW);
  expect(await read()).toEqual(before);
});

test('roll-ups go after their time, but never before the readings that they are made from', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  await seedSeries(pool, OUTSIDE, hourly('2026-01-01T00:00Z', '2026-06-15T00:00Z'));
  const shed = await seedSeries(pool, SHED, hourly('2026-01-01T00:00Z', '2026-06-15T00:00Z'));
  await setRetentionPolicy(pool, { station: 'shed', metric: null, raw: 'forever', rollups: null });
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  const { rows: version } = await pool.query('SELECT sum(rollup_version)::int AS sum FROM series');
  const done = await maintenance.expire(NOW, { raw: duration('30d'), rollups: duration('60d') });
  const days = (at('2026-04-16T00:00Z') - at('2026-01-01T00:00Z')) / DAY;
  expect(done.rollups_expired).toBe(days * 25);
  for (const table of ['rollups_hour', 'rollups_day']) {
    const { rows } = await pool.query(
      `SELECT series_id = $1 AS shed, min(bucket) AS first FROM ${table} GROUP BY 1 ORDER BY 1`,
      [shed],
    );
    expect(rows).toEqual([
      { shed: false, first: new Date('2026-04-16T00:00Z') },
      { shed: true, first: new Date('2026-01-01T00:00Z') },
    ]);
  }
  const { rows: later } = await pool.query('SELECT sum(rollup_version)::int AS sum FROM series');
  expect(later[0]!.sum).toBeGreaterThan(version[0]!.sum + 1);
});

test('entries of channels go with readings, unless a policy says otherwise for all', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  await addChannel(pool, testChannel());
  await pool.query(
    `INSERT INTO channel_entries (channel_id, entry_id, created_at, received_at, has_own_time, fields)
     SELECT $1, row_number() OVER (), time, time, false, '{}' FROM generate_series('2026-01-01Z'::timestamptz, '2026-06-15Z', '1 hour') AS time`,
    [CHANNEL],
  );
  const maintenance = await useMaintenance(database);
  const first = async (): Promise<unknown> => {
    return (await pool.query('SELECT min(created_at) AS first FROM channel_entries')).rows[0].first;
  };
  await setRetentionPolicy(pool, { station: null, metric: null, raw: duration('90d'), rollups: null });
  const { channel_entries_expired: gone } = await maintenance.expire(NOW, { raw: duration('1d') });
  expect(await first()).toEqual(new Date('2026-03-17T00:00Z'));
  expect(gone).toBe(75 * 24);
  await removeRetentionPolicy(pool, null, null);
  await setRetentionPolicy(pool, { station: 'outside', metric: null, raw: duration('1d'), rollups: null });
  await maintenance.expire(NOW, { raw: duration('30d') });
  expect(await first()).toEqual(new Date('2026-05-16T00:00Z'));
});

test('rejected messages are kept for ever, or for a time of their own', async () => {
  const database = await useTestDatabase();
  await database.pool.query(
    `INSERT INTO rejected_messages (received_at, topic, payload, qos, reason, detail)
     SELECT time, 'x', '', 0, 'unknown', '' FROM generate_series('2025-01-01Z'::timestamptz, '2026-06-15Z', '1 hour') AS time`,
  );
  const maintenance = await useMaintenance(database);
  expect((await maintenance.expire(NOW, { raw: duration('1d') })).rejected_messages_expired).toBe(0);
  const done = await maintenance.expire(NOW, { rejected: duration('90d') });
  const { rows } = await database.pool.query('SELECT min(received_at) AS first FROM rejected_messages');
  expect(rows).toEqual([{ first: new Date('2026-03-17T11:00Z') }]);
  expect(done.rejected_messages_expired).toBe((at('2026-03-17T11:00Z') - at('2025-01-01T00:00Z')) / HOUR);
});
