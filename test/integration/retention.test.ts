import { expect, test } from 'vitest';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { duration } from '../support/retention.ts';
import { seedSeries } from '../support/series.ts';
import { startOn } from '../support/service.ts';

const HOUR_MS = 3_600_000;
const HOURS = 100 * 24;

test('a service lets readings go that have been kept long enough, and tells what is on disk', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const rows = Array.from({ length: HOURS }, (_, index) => ({
    measuredAt: (Date.now() - (3 + index) * HOUR_MS) * 1000,
    value: (index % 50) / 4,
  }));
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  const { service, url, logged, getJson } = await startOn(database, { retentionRaw: duration('10d') });
  await poll(() => service.counters()['partitions_dropped']! >= 2);
  await poll(async () => {
    const { rows: left } = await pool.query(
      `SELECT FROM readings WHERE measured_at < now() - interval '11 days'`,
    );
    return left.length === 0;
  });
  const { rows: kept } = await pool.query<{ newest: number; rolled: number }>(
    `SELECT (SELECT count(*)::int FROM readings WHERE measured_at > now() - interval '10 days') AS newest,
       (SELECT sum(count)::int FROM rollups_hour) AS rolled`,
  );
  expect(kept).toEqual([{ newest: 10 * 24 - 3, rolled: HOURS }]);
  // What has gone is in the history all the same.
  const span = `from=${new Date(Date.now() - (HOURS + 24) * HOUR_MS).toISOString()}&to=${new Date().toISOString()}`;
  const path = `/api/stations/outside/history?metric=temperature&every=1d&${span}`;
  const history = (await getJson(path)) as { buckets: { count: number }[] };
  expect(history.buckets.reduce((sum, { count }) => sum + count, 0)).toBe(HOURS);
  const gauges = await poll(() =>
    service.gauges()['database_bytes'] === undefined ? undefined : service.gauges(),
  );
  expect(gauges).toMatchObject({ readings_bytes: expect.any(Number), rollups_bytes: expect.any(Number) });
  // Of a database elsewhere nobody knows the disk.
  expect(gauges).not.toHaveProperty('disk_free_bytes');
  const status = await (await fetch(`${url}/status`)).text();
  expect(status).toContain('kept for 10 days');
  await service.close();
  expect(logged.filter(({ level }) => level > 30)).toEqual([]);
});
