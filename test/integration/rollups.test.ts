import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { wrongRollups } from '../support/rollups.ts';
import { seedSeries } from '../support/series.ts';
import { startOn } from '../support/service.ts';

const HOUR_MS = 3_600_000;

test('a service rolls up what is in its database, tells how far it is, and stops in order', async () => {
  const database = await useTestDatabase();
  const rows = Array.from({ length: 300 }, (_, index) => ({
    measuredAt: (Date.now() - 3 * HOUR_MS - index * 600_000) * 1000,
    value: (index % 50) / 4,
  }));
  await seedSeries(database.pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  const { service, url, logged } = await startOn(database, { timeZone: 'Asia/Kolkata' });
  await poll(() => service.counters()['rollup_hours_made']! >= 50);
  await poll(async () => (await (await fetch(`${url}/status`)).text()).includes('<dd>up to date'));
  expect(service.gauges()).toMatchObject({ rollup_marks: 0, rollup_hours_behind: 0 });
  expect(await wrongRollups(database.pool)).toEqual([]);
  const { rows: days } = await database.pool.query('SELECT FROM rollups_day');
  expect(days.length).toBeGreaterThanOrEqual(1);
  await service.close();
  expect(logged.filter(({ level }) => level > 30)).toEqual([]);
});
