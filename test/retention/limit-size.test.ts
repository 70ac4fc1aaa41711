import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { limitSize } from '../../src/retention/limit-size.ts';
import { readDatabaseSize } from '../../src/storage/database-facts.ts';
import { listPartitions } from '../../src/storage/expiry/partition-list.ts';
import { chooseForSize } from '../../src/storage/expiry/size-candidates.ts';
import { useTestDatabase } from '../support/database.ts';
import { at, hourly } from '../support/hourly.ts';
import { useMaintenance } from '../support/retention.ts';
import { fillUp, insertRows, makePartitions, seedSeries } from '../support/series.ts';

const NOW = at('2026-06-15T10:20Z');
const OUTSIDE = { station: 'outside', metric: 'temperature', unit: '°C' };
const SHED = { station: 'shed', metric: 'temperature', unit: '°C' };

async function months(pool: Pool): Promise<readonly string[]> {
  return (await listPartitions(pool)).map(({ name }) => name.replace('readings_', ''));
}

async function counts(pool: Pool): Promise<object> {
  const { rows } = await pool.query(
    `SELECT (SELECT count(*)::int FROM readings) AS readings, (SELECT sum(count)::int FROM rollups_hour) AS rolled_up,
       (SELECT sum(count)::int FROM rollups_day) AS of_days`,
  );
  return rows[0]!;
}

test('of a database that is too large the oldest months go until it is not, and what they came to stays', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const outside = await seedSeries(pool, OUTSIDE, hourly('2026-01-01T00:00Z', '2026-06-15T10:00Z'));
  await seedSeries(pool, SHED, hourly('2026-01-01T00:00Z', '2026-02-10T10:00Z'));
  await fillUp(pool, outside, '2026-01-10', '2026-01-13');
  await fillUp(pool, outside, '2026-02-10', '2026-02-13');
  const maintenance = await useMaintenance(database, 'Pacific/Auckland');
  const all = (await counts(pool)) as { readings: number };
  const partitions = await listPartitions(pool);
  const aBit = partitions[1]!.bytes / 4;
  const maxBytes = (await readDatabaseSize(pool)) - aBit;
  // Not before they are rolled up.
  expect(await limitSize(maintenance.work(NOW), maxBytes)).toBe('later');
  expect(await months(pool)).toHaveLength(6);
  await maintenance.roll(NOW);
  const now = await readDatabaseSize(pool);
  const work = maintenance.work(NOW);
  // What PostgreSQL notes meanwhile takes a little, too.
  expect(await limitSize(work, now + aBit)).toBe('within');
  const oneAndABit = partitions[0]!.bytes + aBit;
  expect(await limitSize(work, now - oneAndABit)).toBe('within');
  expect(await months(pool)).toEqual(['2026_03', '2026_04', '2026_05', '2026_06']);
  expect(work.done.partitions_dropped).toBe(2);
  expect(await counts(pool)).toEqual({
    readings: hourly('2026-03-01T00:00Z', '2026-06-15T10:00Z').length,
    rolled_up: all.readings,
    of_days: all.readings - 22,
  });
  const { rows } = await pool.query(
    `SELECT to_char(month, 'YYYY-MM') || ' ' || reason AS dropped FROM dropped_partitions`,
  );
  expect(rows).toEqual([{ dropped: '2026-01 size' }, { dropped: '2026-02 size' }]);
});

test('this month and the one before stay, however large the database is', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  await seedSeries(pool, OUTSIDE, hourly('2026-04-01T00:00Z', '2026-06-15T10:00Z'));
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  expect(await limitSize(maintenance.work(NOW), 1)).toBe('stuck');
  expect(await months(pool)).toEqual(['2026_05', '2026_06']);
});

test('a month with readings that are not rolled up yet stays until they are', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const id = await seedSeries(pool, OUTSIDE, hourly('2026-02-01T00:00Z', '2026-02-03T00:00Z'));
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  const late = [{ measuredAt: at('2026-02-02T00:30Z'), value: 100 }];
  await makePartitions(pool, late);
  await insertRows(pool, id, late);
  expect(await limitSize(maintenance.work(NOW), 1)).toBe('later');
  await maintenance.roll(NOW);
  expect(await limitSize(maintenance.work(NOW), 1)).toBe('stuck');
  expect(await months(pool)).toEqual([]);
  const { rows } = await pool.query('SELECT sum(count)::int AS count, max(max) AS max FROM rollups_hour');
  expect(rows).toEqual([{ count: 49, max: 100 }]);
});

test('as many months are chosen as it takes; none of several if all are not enough, but one', () => {
  const partitions = [10, 20, 30].map((bytes) => ({
    name: String(bytes),
    from: 0,
    to: 1,
    bytes,
    rows: 0,
    isFresh: false,
  }));
  const chosen = (maxBytes: number): number[] =>
    chooseForSize(partitions, { bytes: 100, maxBytes }).map(({ bytes }) => bytes);
  expect([100, 99, 90, 89, 1].map(chosen)).toEqual([[], [10], [10], [10, 20], []]);
  expect(chosen(40)).toEqual([10, 20, 30]);
  expect(chooseForSize(partitions.slice(2), { bytes: 100, maxBytes: 1 })).toHaveLength(1);
});
