import { expect, test } from 'vitest';
import { listPartitions } from '../../src/storage/expiry/partition-list.ts';
import { withMaintenanceLock } from '../../src/storage/maintenance-lock.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { duration } from '../support/retention.ts';
import { seedSeries } from '../support/series.ts';
import { startOn, type TestService } from '../support/service.ts';

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

/** Holds up whoever drops partitions, after some. @returns lets them go on */
async function holdUpDrops({ pool }: TestDatabase, after: number): Promise<() => Promise<void>> {
  await pool.query(`CREATE TABLE gate (id int);
    INSERT INTO gate VALUES (1);
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM dropped_partitions) >= ${after} THEN
        WHILE EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.02); END LOOP;
      END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER wait_at_gate BEFORE INSERT ON dropped_partitions FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`);
  return async () => void (await pool.query('DELETE FROM gate'));
}

test('where a service was stopped between two months, another on the same database goes on, and each goes once', async () => {
  const database = await useTestDatabase();
  const { pool } = database;
  const now = Date.now();
  const days = Array.from({ length: 700 }, (_, day) => ({
    measuredAt: (now - (day + 0.5) * 24 * HOUR_MS) * 1000,
    value: day % 50,
  }));
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, days);
  const monthsBefore = (await listPartitions(pool)).length;
  const openGate = await holdUpDrops(database, 5);
  const settings = { retentionRaw: duration('10d') };
  let second: TestService | undefined;
  // Its first look finds that another is at it, and its next one comes a while later.
  await withMaintenanceLock(pool, async () => {
    second = await startOn(database, settings);
    await poll(() => second!.service.gauges()['rollup_hours_behind'] !== undefined);
    return {};
  });
  if (second === undefined) throw new Error('there is no second service');
  const first = await startOn(database, settings);
  const countDropped = async (): Promise<{ months: number; different: number }> => {
    const { rows } = await pool.query<{ months: number; different: number }>(
      'SELECT count(*)::int AS months, count(DISTINCT month)::int AS different FROM dropped_partitions',
    );
    return rows[0]!;
  };
  await poll(async () => (await countDropped()).months === 5);
  await first.service.close();
  await openGate();
  const client = await second.connect();
  const reading = { value: 1, time: new Date(now - 3 * HOUR_MS).toISOString() };
  await client.publishAsync('stations/shed/temperature', JSON.stringify(reading), { qos: 1 });
  await poll(async () => {
    const old = await pool.query(
      `SELECT FROM readings WHERE measured_at < now() - interval '12 days' LIMIT 1`,
    );
    return old.rows.length === 0;
  });
  const left = await listPartitions(pool);
  const gone = monthsBefore - left.length;
  const droppedBy = ({ service }: TestService): number => service.counters()['partitions_dropped']!;
  await poll(() => droppedBy(first) + droppedBy(second!) === gone);
  // All of them, should the first have been so slow to start that the second had looked again.
  expect(droppedBy(second)).toBeGreaterThanOrEqual(gone - 5);
  expect(await countDropped()).toEqual({ months: gone, different: gone });
  const { rows: recent } = await pool.query(
    `SELECT FROM readings WHERE measured_at > now() - interval '10 days'`,
  );
  expect(recent).toHaveLength(10 + 1);
  await poll(async () => {
    const { rows } = await pool.query('SELECT sum(count)::int AS count FROM rollups_hour');
    return rows[0].count === 700 + 1;
  });
  expect(second.logged.filter(({ level }) => level > 30)).toEqual([]);
});
