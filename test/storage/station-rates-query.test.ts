import type { Pool } from 'pg';
import { beforeAll, afterAll, expect, test } from 'vitest';
import { readStationRates, type SeriesRate } from '../../src/storage/station-rates-query.ts';
import { at } from '../support/hourly.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { rollUp } from '../support/rolled-up.ts';
import { seedSeries } from '../support/series.ts';

const TEN_MINUTES = 600_000_000;
const FIRST = at('2026-11-20T00:00:00Z');
const NOW = at('2026-11-22T11:55:00Z');
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const rows = Array.from({ length: (NOW - FIRST) / TEN_MINUTES }, (_, index) => ({
    measuredAt: FIRST + index * TEN_MINUTES,
    value: index,
  }));
  const { pool } = database;
  await seedSeries(pool, { station: 'old', metric: 'temperature', unit: '°C' }, rows);
  await seedSeries(pool, { station: 'new', metric: 'temperature', unit: '°C' }, rows.slice(-3));
  await seedSeries(pool, { station: 'empty', metric: 'temperature', unit: '°C' }, []);
});
afterAll(() => database.drop());

/** What there is, without any roll-up. */
async function counted(pool: Pool, since: number): Promise<readonly SeriesRate[]> {
  const { rows } = await pool.query<SeriesRate>(
    `SELECT station, metric, count(*) FILTER (WHERE measured_at >= to_timestamp($1))::float8 AS count,
       count(*) FILTER (WHERE measured_at < to_timestamp($1)) > 0 AS "isOlder"
     FROM stations JOIN series ON station_id = stations.id LEFT JOIN readings ON series_id = series.id
     GROUP BY station, metric ORDER BY station`,
    [since / 1e6],
  );
  return rows;
}

const byStation = (one: SeriesRate, other: SeriesRate): number => (one.station < other.station ? -1 : 1);

test('readings of a day are counted alike, however far roll-ups are and wherever in an hour the day begins', async () => {
  const { pool } = database;
  const compare = async (): Promise<void> => {
    for (const since of [
      '2026-11-21T11:55:00Z',
      '2026-11-21T12:00:00Z',
      '2026-11-21T12:00:01Z',
      '2026-11-19T00:00:00Z',
    ]) {
      const found = await readStationRates(pool, at(since));
      expect(found.toSorted(byStation), `since ${since}`).toStrictEqual(await counted(pool, at(since)));
    }
  };
  await compare();
  for (const until of ['2026-11-20T12:00:00Z', '2026-11-21T12:00:00Z', '2026-11-22T11:00:00Z']) {
    await rollUp(pool, { until: at(until), timeZone: 'UTC' });
    await compare();
  }
  expect((await readStationRates(pool, at('2026-11-21T11:55:00Z'))).toSorted(byStation)).toMatchObject([
    { station: 'empty', count: 0, isOlder: false },
    { station: 'new', count: 3, isOlder: false },
    { station: 'old', count: 143, isOlder: true },
  ]);
});
