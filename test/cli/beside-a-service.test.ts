import { readFile, stat, writeFile } from 'node:fs/promises';
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
  await expect(stat(join(env.DATA_DIR, 'addresses.json'))).rejects.toThrow('ENOENT');
  expect(service.stderr()).not.toContain('lost the session');
});

test('what a command tells of addresses is where the running service listens, whatever its own settings', async () => {
  const env = { DATA_DIR: await useFolder() };
  const { httpPort, mqttPort } = await startProgram({ ...env, HOST: '127.0.0.2' });
  const other = { ...env, HOST: '0.0.0.0', MQTT_PORT: '2883' };
  const { stdout } = await runCli(['station', 'add', 'outside'], other);
  expect(stdout).toContain(`127.0.0.2, port ${mqttPort}\n`);
  expect(stdout).toContain(`mosquitto_pub -h 127.0.0.2 -p ${mqttPort} `);
  expect(stdout).not.toMatch(/Page|No running service/);
  const admin = await runCli(['credentials', 'add', 'admin', 'anna'], other);
  expect(admin.stdout).toMatch(/Password +[\w-]{22}\n +Page +http:\S+\n +Log in +http:\S+\/login, /);
  expect(admin.stdout).toContain(`http://127.0.0.2:${httpPort}/\n`);
  expect(admin.stdout).not.toMatch(/Broker|User name/);
  const integrator = await runCli(['credentials', 'add', 'integrator', 'grafana'], other);
  expect(integrator.stdout).toMatch(/Broker[^]*User name[^]*Page[^]*Log in/);
});

test('addresses that another service has left behind are not believed', async () => {
  const env = { DATA_DIR: await useFolder() };
  await startProgram(env);
  const file = join(env.DATA_DIR, 'addresses.json');
  const left = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...left, pid: process.pid, mqttPort: 4883 }));
  const { stdout } = await runCli(['station', 'add', 'outside'], { ...env, MQTT_PORT: '2883' });
  expect(stdout).toContain('127.0.0.1, port 2883\n');
  expect(stdout).toContain('No running service');
});

test('the schema of a running service of an older version is left alone, and the error says what to do', async () => {
  const env = { DATA_DIR: await useFolder() };
  await startProgram(env);
  const client = new Client({
    host: join(env.DATA_DIR, 'run'),
    user: 'thermograph',
    database: 'thermograph',
  });
  await client.connect();
  await client.query(
    'DELETE FROM thermograph_migrations WHERE id = (SELECT max(id) FROM thermograph_migrations)',
  );
  await client.end();
  const { code, stderr } = await runCli(['station', 'add', 'outside'], env);
  expect(code).toBe(1);
  expect(stderr).toContain('Start the service again');
});

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
});

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
