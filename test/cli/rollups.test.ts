import { Client, Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { withMaintenanceLock } from '../../src/storage/maintenance-lock.ts';
import { runCli, startCli } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { embeddedConnection } from '../support/embedded-postgres.ts';
import { poll } from '../support/poll.ts';
import { startProgram, useFolder } from '../support/program.ts';
import { createRunner, wrongRollups } from '../support/rollups.ts';
import { seedSeries } from '../support/series.ts';

const HOUR_MS = 3_600_000;

function hoursAgo(count: number): { measuredAt: number; value: number }[] {
  return Array.from({ length: count }, (_, hour) => ({
    measuredAt: (Date.now() - (hour + 3) * HOUR_MS) * 1000,
    value: hour / 4,
  }));
}

test('rollups rebuild beside a running service makes right what it can not see, with days of its time zone', async () => {
  const env = { DATA_DIR: await useFolder(), TIME_ZONE: 'America/New_York' };
  await startProgram(env);
  const client = new Client(embeddedConnection(env.DATA_DIR));
  const pool = new Pool({ ...embeddedConnection(env.DATA_DIR), max: 2 });
  await client.connect();
  onTestFinished(() => Promise.all([client.end(), pool.end()]).then(() => undefined));
  await seedSeries(pool, { station: 'outside', metric: 't', unit: null }, hoursAgo(100));
  await poll(
    async () => (await pool.query('SELECT FROM rollup_state WHERE time_zone IS NOT NULL')).rowCount === 1,
  );
  await runCli(['rollups', 'rebuild'], env);
  await client.query('UPDATE rollups_hour SET sum = 77; DELETE FROM rollups_day');
  expect(await wrongRollups(pool)).not.toEqual([]);
  const { code, stdout } = await runCli(['rollups', 'rebuild'], { ...env, TIME_ZONE: 'UTC' });
  expect(stdout).toMatch(/^Made 100 hours and \d days from 100 readings\.\n$/);
  expect(code).toBe(0);
  expect(await wrongRollups(pool)).toEqual([]);
  expect((await client.query('SELECT time_zone FROM rollup_state')).rows).toEqual([
    { time_zone: 'America/New_York' },
  ]);
});

test('rollups rebuild without a service rolls up all that is there, and prints what it came to', async () => {
  const { url, pool } = await useTestDatabase();
  await seedSeries(pool, { station: 'outside', metric: 't', unit: null }, hoursAgo(30));
  const env = { DATABASE_URL: url, TIME_ZONE: 'Europe/Berlin' };
  const { stdout } = await runCli(['rollups', 'rebuild', '--json'], env);
  expect(JSON.parse(stdout)).toMatchObject({ hours: 30, readings: 30 });
  expect((await pool.query('SELECT FROM rollups_hour')).rowCount).toBe(30);
  expect(await wrongRollups(pool)).toEqual([]);
});

test('rollups rebuild waits for the worker of a service, and can be interrupted', async () => {
  const { url, pool } = await useTestDatabase();
  await seedSeries(pool, { station: 'outside', metric: 't', unit: null }, hoursAgo(30));
  const runner = createRunner(pool, { now: () => Date.now() * 1000, timeZone: 'UTC' });
  await runner.settle();
  const ended = await withMaintenanceLock(pool, async () => {
    const cli = startCli(['rollups', 'rebuild'], { DATABASE_URL: url });
    await poll(() => cli.stderr().includes('Waiting for the service'));
    cli.interrupt();
    return cli.ended;
  });
  expect(ended).toMatchObject({ code: 130, stdout: '' });
});
