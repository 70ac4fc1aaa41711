import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { checkClock } from '../../../src/storage/expiry/state.ts';
import { useTestDatabase } from '../../support/database.ts';
import { at, hourly } from '../../support/hourly.ts';
import { seedSeries } from '../../support/series.ts';

const OUTSIDE = { station: 'outside', metric: 'temperature', unit: '°C' };

test('an older database was last at work when its newest reading was measured, an empty one now', async () => {
  const { pool } = await useTestDatabase();
  const migration = await readFile('migrations/0006_retention.sql', 'utf8');
  const [fill] = /INSERT INTO expiry_state[^;]*;/.exec(migration)!;
  const isNear = async (days: number): Promise<boolean> => {
    await pool.query(`DELETE FROM expiry_state; ${fill}`);
    return !(await checkClock(pool, false, Date.now() * 1000 + days * 86_400_000_000)).isHeld;
  };
  expect([await isNear(13.9), await isNear(14.1), await isNear(-14.1)]).toEqual([true, false, false]);
  await seedSeries(pool, OUTSIDE, hourly('2026-01-01T00:00Z', '2026-01-03T00:00Z'));
  expect(await isNear(0)).toBe(false);
  expect((await checkClock(pool, false)).before).toBe(at('2026-01-02T23:00Z'));
});
