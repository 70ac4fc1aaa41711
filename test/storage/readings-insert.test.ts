import type { QueryConfig } from 'pg';
import { expect, test } from 'vitest';
import { findOurs, insertReadings, type ReadingRow } from '../../src/storage/readings-insert.ts';
import type { Queryable } from '../../src/storage/queryable.ts';
import { useTestDatabase } from '../support/database.ts';
import { makePartitions } from '../support/series.ts';

const START = Date.UTC(2024, 0, 1) * 1000;
const HOUR = 3_600_000_000;

/** `count` readings an hour apart, from the given one on, received at `receivedAt` plus their number. */
function readings(first: number, count: number, receivedAt: number): ReadingRow[] {
  return Array.from({ length: count }, (_, index) => ({
    seriesId: 1,
    measuredAt: START + (first + index) * HOUR,
    value: first + index,
    receivedAt: receivedAt + first + index,
  }));
}

test('rows that are there already are left out, and the new ones are named', async () => {
  const { pool } = await useTestDatabase();
  await makePartitions(pool, readings(0, 1, START));
  expect(await insertReadings(pool, readings(0, 10, START))).toBe('all');
  expect(await insertReadings(pool, readings(5, 10, 2 * START))).toEqual(new Set([5, 6, 7, 8, 9]));
});

test('rows of a lost attempt are known by their time of receipt, redelivered ones are not', async () => {
  const { pool } = await useTestDatabase();
  await makePartitions(pool, readings(0, 1, START));
  await insertReadings(pool, readings(0, 10, START));
  expect(await findOurs(pool, readings(5, 10, START))).toEqual(new Set([0, 1, 2, 3, 4]));
  expect(await findOurs(pool, readings(5, 10, 2 * START))).toEqual(new Set());
});

test('neither a duplicate nor a lost attempt makes a batch read the history', async () => {
  const { pool } = await useTestDatabase();
  const months = Array.from({ length: 24 }, (_, month) => ({
    measuredAt: Date.UTC(2024, month, 1) * 1000,
  }));
  await makePartitions(pool, months);
  await pool.query(`
    INSERT INTO readings SELECT series, time, 1, time
    FROM generate_series(2, 12) AS series, generate_series('2024-01-01Z'::timestamptz, '2025-12-31Z', '1 hour') AS time`);
  await pool.query('ANALYZE readings');
  const blocks = async (batch: readonly ReadingRow[]): Promise<number> => {
    let read = 0;
    const explaining = {
      async query({ text, values }: QueryConfig) {
        const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, values);
        const { Plan: plan } = rows[0]['QUERY PLAN'][0];
        read += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
        return { rows: [] };
      },
    } as unknown as Queryable;
    await findOurs(explaining, batch);
    await insertReadings(explaining, batch).catch(() => undefined);
    return read;
  };
  await insertReadings(pool, readings(0, 1, START));
  const { rows } = await pool.query(
    "SELECT sum(pg_relation_size(relid) / 8192)::int AS pages FROM pg_partition_tree('readings') WHERE isleaf",
  );
  // By key a row takes a few blocks; reading everything for each of 3,000 rows would be more than all pages there are.
  const perRow = (await blocks(readings(0, 3_000, 2 * START))) / 3_000;
  expect(rows[0].pages).toBeGreaterThan(1_000);
  expect(perRow).toBeLessThan(20);
});
