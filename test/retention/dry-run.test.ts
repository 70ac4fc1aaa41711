import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { readSeriesBounds } from '../../src/storage/expiry/bounds.ts';
import { countRejectedBefore, type ExpiryPlan, planExpiry } from '../../src/storage/expiry/plan.ts';
import { listPartitions } from '../../src/storage/expiry/partition-list.ts';
import { setRetentionPolicy } from '../../src/storage/expiry/policies.ts';
import { before } from '../../src/telemetry/duration.ts';
import { createLocalDays } from '../../src/telemetry/local-days.ts';
import { useTestDatabase } from '../support/database.ts';
import { at, hourly } from '../support/hourly.ts';
import { duration, useMaintenance } from '../support/retention.ts';
import { seedSeries } from '../support/series.ts';

const NOW = at('2026-06-15T10:20Z');
const TIMES = { raw: duration('60d'), rollups: duration('5mo'), rejected: duration('7d') };
const ZONE = 'Asia/Kolkata';

async function plan(pool: Pool): Promise<ExpiryPlan> {
  const days = createLocalDays(ZONE);
  return planExpiry(pool, await readSeriesBounds(pool, { now: NOW, settings: TIMES, days }));
}

async function countedBySeries(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<{ name: string; count: number }>(
    `SELECT station || ' ' || metric AS name, (SELECT count(*)::int FROM readings WHERE series_id = series.id) AS count
     FROM series JOIN stations ON stations.id = station_id`,
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

async function rowCount(pool: Pool, table: string): Promise<number> {
  return Number((await pool.query(`SELECT count(*) AS count FROM ${table}`)).rows[0].count);
}

test('a dry run tells what then goes, and changes nothing', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const ends = { outside: '2026-06-15T00:00Z', shed: '2026-04-10T00:00Z', attic: '2026-02-20T00:00Z' };
  for (const [station, end] of Object.entries(ends)) {
    await seedSeries(pool, { station, metric: 'temperature', unit: '°C' }, hourly('2026-01-01T00:00Z', end));
  }
  await setRetentionPolicy(pool, {
    station: 'shed',
    metric: null,
    raw: duration('90d'),
    rollups: duration('1y'),
  });
  await pool.query(
    `INSERT INTO rejected_messages (received_at, topic, payload, qos, reason, detail)
     SELECT time, 'x', '', 0, 'unknown', '' FROM generate_series('2026-06-01Z'::timestamptz, '2026-06-15Z', '1 hour') AS time`,
  );
  const maintenance = await useMaintenance(database, ZONE);
  await maintenance.roll(NOW);
  await pool.query('ANALYZE readings');
  const partitions = await listPartitions(pool);
  const seriesBefore = await countedBySeries(pool);
  const planned = await plan(pool);
  const rejected = await countRejectedBefore(pool, before(NOW, TIMES.rejected));
  expect(await countedBySeries(pool)).toEqual(seriesBefore);
  expect(await plan(pool)).toEqual(planned);

  const rollupsBefore = (await rowCount(pool, 'rollups_hour')) + (await rowCount(pool, 'rollups_day'));
  const done = await maintenance.expire(NOW, TIMES);
  const seriesAfter = await countedBySeries(pool);
  const gone = Object.entries(seriesBefore).map(([name, count]) => [name, count - seriesAfter[name]!]);
  expect(planned.series.map(({ station, metric, readings }) => [`${station} ${metric}`, readings])).toEqual(
    gone,
  );
  const left = new Set((await listPartitions(pool)).map(({ name }) => name));
  const whole = partitions.filter(({ name }) => !left.has(name));
  expect(
    planned.partitions.filter(({ isWhole }) => isWhole).map(({ month, bytes }) => [month, bytes]),
  ).toEqual(whole.map(({ name, bytes }) => [name.slice(-7).replace('_', '-'), bytes]));
  expect(planned.partitions.map(({ month, isWhole }) => [month, isWhole])).toEqual([
    ['2026-01', true],
    ['2026-02', true],
    ['2026-03', false],
    ['2026-04', false],
  ]);
  const parts = planned.partitions.filter(({ isWhole }) => !isWhole);
  expect(parts.reduce((sum, { readings }) => sum + readings, 0)).toBe(done.readings_expired);
  expect(planned.rollups).toBe(
    rollupsBefore - (await rowCount(pool, 'rollups_hour')) - (await rowCount(pool, 'rollups_day')),
  );
  expect(planned.rollups).toBe(done.rollups_expired);
  expect(planned.rollups).toBeGreaterThan(0);
  expect(rejected).toBe(done.rejected_messages_expired);
  // Afterwards there is nothing left to go.
  expect(await plan(pool)).toEqual({ partitions: [], series: [], rollups: 0 });
});

test('of a part of a month, so much of its size is told as its readings are of all', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  await seedSeries(
    pool,
    { station: 'outside', metric: 'temperature', unit: '°C' },
    hourly('2026-04-01T00:00Z', '2026-05-01T00:00Z'),
  );
  await (await useMaintenance(database, ZONE)).roll(NOW);
  await pool.query('ANALYZE readings');
  const [partition] = await listPartitions(pool);
  const [part] = (await plan(pool)).partitions;
  // Up to the evening of 15 April in UTC.
  expect(part).toMatchObject({ month: '2026-04', isWhole: false, readings: 15 * 24 - 6 });
  expect(part!.bytes / partition!.bytes).toBeCloseTo((15 * 24 - 6) / (30 * 24), 2);
});
