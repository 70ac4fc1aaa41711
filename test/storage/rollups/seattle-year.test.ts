import { expect, test } from 'vitest';
import { readSeattleYear } from '../../../firmware-bridge/simulator/weather.ts';
import { useTestDatabase } from '../../support/database.ts';
import { createRunner, wrongRollups } from '../../support/rollups.ts';
import { seedSeries } from '../../support/series.ts';

/** As another part of Intl has it. */
const SEATTLE = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles' });

test('the days of the Seattle year are what its hours come to, 23 and 25 of them where clocks are changed', async () => {
  const { pool } = await useTestDatabase();
  const year = readSeattleYear().map(({ timeMs, temperature }) => ({ timeMs, value: temperature }));
  const rows = year.map(({ timeMs, value }) => ({ measuredAt: timeMs * 1000, value }));
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  const now = rows.at(-1)!.measuredAt + 48 * 3_600_000_000;
  const runner = createRunner(pool, { now: () => now, timeZone: 'America/Los_Angeles' });
  await runner.settle();
  // Days are looked at below: a sum depends on the order in the last place.
  expect((await wrongRollups(pool)).filter(({ what }) => what === 'hour')).toEqual([]);
  const { rows: found } = await pool.query<{
    bucket: Date;
    count: number;
    sum: number;
    min: number;
    max: number;
  }>('SELECT bucket, count::int, sum, min, max FROM rollups_day ORDER BY bucket');
  const expected = new Map<string, number[]>();
  for (const { timeMs, value } of year) {
    const date = SEATTLE.format(timeMs);
    expected.set(date, [...(expected.get(date) ?? []), value]);
  }
  expect(found.map(({ bucket, count, min, max }) => [SEATTLE.format(bucket), count, min, max])).toEqual(
    [...expected].map(([date, values]) => [date, values.length, Math.min(...values), Math.max(...values)]),
  );
  for (const { bucket, sum } of found) {
    const values = expected.get(SEATTLE.format(bucket))!;
    expect(sum).toBeCloseTo(
      values.reduce((total, value) => total + value, 0),
      6,
    );
  }
  expect(expected.get('2010-03-14')).toHaveLength(23);
  expect(expected.get('2010-11-07')).toHaveLength(25);
});
