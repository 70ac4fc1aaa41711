import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { IS_COUNT, IS_DIRECTION, stepSql } from '../../../src/storage/rollups/kinds.ts';
import { counterStep, isCount } from '../../../src/telemetry/counter.ts';
import { isDirection } from '../../../src/telemetry/wind-direction.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { forgetReadings, rollUp } from '../../support/rolled-up.ts';
import { wrongRollups } from '../../support/rollups.ts';
import { insertRows, seedSeries } from '../../support/series.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const MIDNIGHT = Date.UTC(2026, 2, 20) * 1000;
const END = { until: MIDNIGHT + 26 * HOUR, timeZone: 'UTC' };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await forgetReadings(database.pool);
  await database.pool.query('DELETE FROM series');
});

/** A reading every 25 minutes from midnight on. */
function seed(metric: string, unit: string | null, values: readonly number[]): Promise<number> {
  const rows = values.map((value, index) => ({ measuredAt: MIDNIGHT + index * 25 * MINUTE, value }));
  return seedSeries(database.pool, { station: 'roof', metric, unit }, rows);
}

async function rolled(table: 'rollups_hour' | 'rollups_day', columns: string): Promise<unknown[][]> {
  const { rows } = await database.pool.query<unknown[]>({
    text: `SELECT ${columns} FROM ${table} ORDER BY bucket`,
    rowMode: 'array',
  });
  return rows;
}

const RISES = 'count::int, rise, rise_from, rise_to';
const VECTORS = 'round(sine_sum::numeric, 3)::float8, round(cosine_sum::numeric, 3)::float8';

describe('counters', () => {
  test('have risen within an hour, and within a day by the steps between its hours, too', async () => {
    await seed('rain_counter', 'mm', [590, 591, 592.5, 592.5, 594, 0, 0.25]);
    await rollUp(database.pool, END);
    expect(await rolled('rollups_hour', RISES)).toEqual([
      [3, 2.5, 590, 592.5],
      [2, 1.5, 592.5, 594],
      [2, 0.25, 0, 0.25],
    ]);
    expect(await rolled('rollups_day', RISES)).toEqual([[7, 4.25, 590, 0.25]]);
  });

  test('pass over what is no count, also for an hour', async () => {
    await seed('rain_counter', 'mm', [10, -9999, 1e300, -1e300, -9999, 11]);
    await rollUp(database.pool, END);
    expect(await rolled('rollups_hour', RISES)).toEqual([
      [3, 0, 10, 10],
      [2, null, null, null],
      [1, 0, 11, 11],
    ]);
    expect(await rolled('rollups_day', RISES)).toEqual([[6, 1, 10, 11]]);
  });
});

test('directions are added up as vectors, without those that are none', async () => {
  await seed('wind_dir', '°', [350, 10, -9999, 180, 180, 999]);
  await rollUp(database.pool, END);
  expect(await rolled('rollups_hour', VECTORS)).toEqual([
    [0, 1.97],
    [0, -2],
    [0, 0],
  ]);
  expect(await rolled('rollups_day', VECTORS)).toEqual([[0, -0.03]]);
});

describe('what was rolled up before as something else', () => {
  async function forgetKinds(): Promise<void> {
    const columns = ['sine_sum', 'cosine_sum', 'rise', 'rise_from', 'rise_to'];
    const nothing = columns.map((column) => `${column} = NULL`).join();
    await database.pool.query(`
      UPDATE series SET kind = NULL; UPDATE rollups_hour SET ${nothing}; UPDATE rollups_day SET ${nothing}`);
  }

  async function version(seriesId: number): Promise<number> {
    const { rows } = await database.pool.query<{ version: string }>(
      'SELECT rollup_version AS version FROM series WHERE id = $1',
      [seriesId],
    );
    return Number(rows[0]!.version);
  }

  test('is made anew, and counts as changed; other series stay as they are', async () => {
    const counter = await seed('rain_counter', 'mm', [1, 2, 3, 4, 5, 6]);
    const direction = await seed('wind_dir', '°', [1, 2, 3, 4, 5, 6]);
    const plain = await seed('temperature', '°C', [1, 2, 3, 4, 5, 6]);
    await rollUp(database.pool, END);
    await forgetKinds();
    const before = await Promise.all([counter, direction, plain].map(version));
    await rollUp(database.pool, END);
    expect(await wrongRollups(database.pool)).toEqual([]);
    const { rows } = await database.pool.query(
      `SELECT series_id, rise, sine_sum IS NOT NULL AS "hasVectors" FROM rollups_day ORDER BY series_id`,
    );
    expect(rows).toEqual([
      { series_id: counter, rise: 5, hasVectors: false },
      { series_id: direction, rise: null, hasVectors: true },
      { series_id: plain, rise: null, hasVectors: false },
    ]);
    const after = await Promise.all([counter, direction, plain].map(version));
    expect(after.map((each, index) => each > before[index]!)).toEqual([true, true, false]);
  });

  test('follows the unit that a series is given', async () => {
    const seriesId = await seed('current_direction', null, [350, 10]);
    await rollUp(database.pool, END);
    expect(await rolled('rollups_day', VECTORS)).toEqual([[null, null]]);
    await database.pool.query(`UPDATE series SET unit = '°' WHERE id = $1`, [seriesId]);
    await rollUp(database.pool, END);
    expect(await rolled('rollups_day', VECTORS)).toEqual([[0, 1.97]]);
    await database.pool.query(`UPDATE series SET unit = 'rad' WHERE id = $1`, [seriesId]);
    await rollUp(database.pool, END);
    expect(await rolled('rollups_day', VECTORS)).toEqual([[null, null]]);
  });

  test('stays as it is where its readings have expired', async () => {
    const seriesId = await seed('rain_counter', 'mm', [1, 2, 3, 4, 5, 6]);
    await rollUp(database.pool, END);
    await forgetKinds();
    await database.pool.query(`UPDATE series SET raw_from = '2026-03-20T01:00:00Z' WHERE id = $1`, [
      seriesId,
    ]);
    await rollUp(database.pool, END);
    expect((await rolled('rollups_hour', 'rise')).flat()).toEqual([null, 1, 0]);
  });
});

test('a late reading changes the hour that it is in, and no other', async () => {
  const seriesId = await seed('rain_counter', 'mm', [1, 2, 3, 4, 5, 6]);
  await rollUp(database.pool, END);
  await insertRows(database.pool, seriesId, [{ measuredAt: MIDNIGHT + 59 * MINUTE, value: 3.5 }]);
  await rollUp(database.pool, END);
  expect(await rolled('rollups_hour', RISES)).toEqual([
    [4, 2.5, 1, 3.5],
    [2, 1, 4, 5],
    [1, 0, 6, 6],
  ]);
  expect(await rolled('rollups_day', RISES)).toEqual([[7, 5, 1, 6]]);
});

test('the database counts and steps as the functions do', async () => {
  const edges = [0, -0.1, 90, 89.9, 90.1, 100, 360, 360.1, -360, -361, -9999, 1e290, 9e289, 1e300];
  const value = fc.oneof(fc.constantFrom(...edges), fc.integer({ min: -4000, max: 4000 }));
  const pairs = fc.sample(fc.tuple(value, value), { numRuns: 500, seed: 7 });
  const { rows } = await database.pool.query(
    `SELECT ${IS_COUNT} AS "isCount", ${IS_DIRECTION} AS "isDirection",
       CASE WHEN before BETWEEN 0 AND 1e200 AND ${IS_COUNT} THEN ${stepSql('before', 'value')} END AS step
     FROM unnest($1::float8[], $2::float8[]) AS pair (before, value)`,
    [pairs.map(([before]) => before), pairs.map(([, given]) => given)],
  );
  expect(rows).toEqual(
    pairs.map(([before, given]) => ({
      isCount: isCount(given),
      isDirection: isDirection(given),
      step: before >= 0 && before <= 1e200 && isCount(given) ? counterStep(before, given) : null,
    })),
  );
});
