import { join } from 'node:path';
import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { runCli, runJson, type StationLogin } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { startProgram, useFolder } from '../support/program.ts';

const LISTENING = "SELECT FROM pg_stat_activity WHERE application_name = 'thermograph listens to x'";

async function post(httpPort: number, station: string): Promise<void> {
  const url = `http://127.0.0.1:${httpPort}/api/stations/${station}/readings`;
  const body = JSON.stringify([
    { t: 1, time: '2026-11-20T10:00:00Z' },
    { t: 2, time: '2026-11-20T09:00:00Z' },
  ]);
  expect((await fetch(url, { method: 'POST', body })).status).toBe(201);
}

test('beside a running service commands use its embedded database, and leave it running', async () => {
  const env = { DATA_DIR: await useFolder() };
  const service = await startProgram(env);
  await post(service.httpPort, 'outside');
  await runJson<StationLogin>(['station', 'add', 'shed'], env);
  expect(await runJson(['station', 'list'], env)).toEqual({
    stations: [
      { station: 'outside', hasCredential: false, lastReadingAt: '2026-11-20T10:00:00.000Z' },
      { station: 'shed', hasCredential: true, lastReadingAt: null },
    ],
  });
  const list = await runCli(['station', 'list'], env);
  expect(list.stdout).toMatch(/^STATION +CREDENTIAL +LAST READING\noutside +no +2026-.*\nshed +yes +-\n$/);
  await post(service.httpPort, 'outside');
  service.kill('SIGTERM');
  expect(await service.exited()).toBe(0);
  expect(service.stderr()).not.toContain('lost the session');
}, 60_000);

test('the schema of a running service of an older version is left alone, and the error says what to do', async () => {
  const env = { DATA_DIR: await useFolder() };
  await startProgram(env);
  const client = new Client({
    host: join(env.DATA_DIR, 'run'),
    user: 'thermograph',
    database: 'thermograph',
  });
  await client.connect();
  await client.query("DELETE FROM thermograph_migrations WHERE name = '0003_channels'");
  await client.end();
  const { code, stderr } = await runCli(['station', 'add', 'outside'], env);
  expect(code).toBe(1);
  expect(stderr).toContain('Start the service again');
}, 60_000);

test('with DATABASE_URL commands work on that database, and need no DATA_DIR', async () => {
  const database = await useTestDatabase();
  const env = { DATABASE_URL: database.url, DATA_DIR: 'package.json' };
  const { password } = await runJson<StationLogin>(['station', 'add', 'outside'], env);
  const { rows } = await database.pool.query(
    `SELECT kind, name, secret_hash = sha256(convert_to($1, 'UTF8')) AS matches FROM credentials`,
    [password],
  );
  expect(rows).toEqual([{ kind: 'station', name: 'outside', matches: true }]);
});

test('with DATABASE_URL the schema is brought up to date, unless a service listens on it', async () => {
  const { url, pool, connection } = await useTestDatabase();
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const listener = new Client({ ...connection, application_name: 'thermograph listens to x' });
  listener.on('error', () => {});
  await listener.connect();
  onTestFinished(() => listener.end());
  expect((await pool.query(LISTENING)).rowCount).toBe(1);
  const refused = await runCli(['station', 'list'], { DATABASE_URL: url });
  expect(refused.stderr).toContain('Start the service again');
  await listener.end();
  expect(await runJson(['station', 'list'], { DATABASE_URL: url })).toEqual({ stations: [] });
}, 60_000);

test.each([
  ['postgres://x:hunter2@127.0.0.1:9/none', 'ECONNREFUSED'],
  ['postgres://x:hunter2@[bad/none', 'Invalid URL'],
])(
  'a database that can not be reached is told without its password or a stack trace: %s',
  async (url, why) => {
    const { code, stdout, stderr } = await runCli(['credentials', 'list'], { DATABASE_URL: url });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(why);
    expect(stderr).toContain('DATABASE_URL');
    expect(stderr).not.toMatch(/hunter2| {4}at /);
  },
);
