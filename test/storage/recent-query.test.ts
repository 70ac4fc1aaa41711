import { expect, test } from 'vitest';
import { readRecent, type RecentSeries } from '../../src/storage/recent-query.ts';
import { useTestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';

const NOON = Date.UTC(2026, 10, 22, 12) * 1000;
const MINUTE = 60_000_000;

test('the last day is told by quarter: first, lowest and highest, each with the earliest time', async () => {
  const { pool } = await useTestDatabase();
  const row = (minutes: number, value: number) => ({ measuredAt: NOON + minutes * MINUTE + 1, value });
  const rows = [row(-1, 99), row(1, 5), row(3, 2), row(4, 8), row(6, 2), row(9, 8), row(31, -4)];
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  await seedSeries(pool, { station: 'outside', metric: 'humidity', unit: '%' }, []);
  for (let i = 0; i < 60; i += 1) await seedSeries(pool, { station: 's', metric: `m${i}`, unit: null }, []);
  const found: RecentSeries[] = [];
  for await (const part of readRecent(pool, NOON)) found.push(...part);
  expect(found).toHaveLength(62);
  const [temperature, humidity] = found;
  const timed = (minutes: number, value: number) => ({ measuredAt: NOON + minutes * MINUTE + 1, value });
  expect(temperature).toMatchObject({ station: 'outside', metric: 'temperature' });
  expect(temperature?.quarters.toSorted((a, b) => a.first.measuredAt - b.first.measuredAt)).toEqual([
    { first: timed(1, 5), low: timed(3, 2), high: timed(4, 8) },
    { first: timed(31, -4), low: timed(31, -4), high: timed(31, -4) },
  ]);
  expect(temperature?.lastTimes).toEqual(
    [31, 9, 6, 4, 3, 1, -1].map((minutes) => NOON + minutes * MINUTE + 1),
  );
  expect(humidity).toEqual({ station: 'outside', metric: 'humidity', quarters: [], lastTimes: [] });
});
