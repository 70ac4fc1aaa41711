import { expect, test } from 'vitest';
import { growthSince, keepDailySize, readStoredSizes } from '../../../src/storage/expiry/sizes.ts';
import { useTestDatabase } from '../../support/database.ts';
import { hourly } from '../../support/hourly.ts';
import { seedSeries } from '../../support/series.ts';

const DAY = 86_400_000_000;
const OUTSIDE = { station: 'outside', metric: 'temperature', unit: '°C' };

test('sizes are those on disk, of readings month by month', async () => {
  const { pool } = await useTestDatabase();
  const empty = await readStoredSizes(pool);
  expect(empty).toMatchObject({ readings: 0, months: [], growth: undefined, droppedForSize: [] });
  await seedSeries(pool, OUTSIDE, hourly('2026-01-20T00:00Z', '2026-03-01T00:00Z'));
  const { database, readings, rollups, months } = await readStoredSizes(pool);
  expect(months.map(({ month }) => month)).toEqual(['2026-01', '2026-02']);
  const { rows } = await pool.query<{ bytes: string }>(
    `SELECT pg_total_relation_size('readings_2026_01') AS bytes UNION ALL SELECT pg_total_relation_size('readings_2026_02')`,
  );
  expect(months.map(({ bytes }) => bytes)).toEqual(rows.map(({ bytes }) => Number(bytes)));
  expect(readings).toBe(months[0]!.bytes + months[1]!.bytes);
  expect(rollups).toBeGreaterThan(0);
  expect(database).toBeGreaterThanOrEqual(empty.database + readings);
});

test('growth is told by the day, from the oldest size of the last thirty days', async () => {
  const { pool } = await useTestDatabase();
  await keepDailySize(pool);
  await keepDailySize(pool);
  expect((await pool.query('SELECT FROM database_sizes')).rowCount).toBe(1);
  expect((await readStoredSizes(pool)).growth).toBeUndefined();
  await pool.query(
    `INSERT INTO database_sizes (day, measured_at, bytes)
     SELECT now() - days * interval '1 day', now() - days * interval '1 day', pg_database_size(current_database()) - bytes
     FROM (VALUES (40, 99000000), (20, 2000000), (10, 0)) AS sample (days, bytes)`,
  );
  const { growth } = await readStoredSizes(pool);
  expect(growth!.bytesPerDay / 1000).toBeCloseTo(100, -1);
  expect((Date.now() * 1000 - growth!.since) / DAY).toBeCloseTo(20, 1);
});

test('of less than a day nothing is told, and a database that shrinks grows by less than nothing', () => {
  const present = { bytes: 1000, measuredAt: 10 * DAY };
  expect(growthSince(undefined, present)).toBeUndefined();
  expect(growthSince({ bytes: 0, measuredAt: 9 * DAY + 1 }, present)).toBeUndefined();
  expect(growthSince({ bytes: 0, measuredAt: 9 * DAY }, present)).toEqual({
    bytesPerDay: 1000,
    since: 9 * DAY,
  });
  expect(growthSince({ bytes: 3000, measuredAt: 8 * DAY }, present)).toMatchObject({ bytesPerDay: -1000 });
});

test('months that went because of the size are told, the latest first', async () => {
  const { pool } = await useTestDatabase();
  await pool.query(
    `INSERT INTO dropped_partitions (month, reason, bytes) VALUES
     ('2025-01-01', 'size', 1), ('2025-02-01', 'expired', 1), ('2025-03-01', 'size', 1)`,
  );
  const { droppedForSize } = await readStoredSizes(pool);
  expect(droppedForSize.map(({ month }) => month)).toEqual(['2025-03', '2025-01']);
});
