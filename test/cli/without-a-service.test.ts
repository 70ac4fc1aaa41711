import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hashSecret } from '../../src/access/credential.ts';
import { startEmbeddedServer } from '../../src/storage/embedded/server.ts';
import { type Login, runCli, runJson, startCli, type StationLogin } from '../support/cli.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { databaseFactory } from '../storage/embedded/support.ts';

const makeDatabase = databaseFactory();

const SECRET = /^[A-Za-z0-9_-]{22}$/;

async function isDatabaseRunning(dataDir: string): Promise<boolean> {
  const text = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => undefined);
  return text !== undefined;
}

async function filesThatHold(folder: string, wanted: string | Buffer): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const found: string[] = [];
  for (const name of names) if ((await readFile(name)).includes(wanted)) found.push(name);
  return found;
}

describe('with nothing but an empty folder', () => {
  test('a station is added, its password shown once, and the database stopped again', async () => {
    const env = { DATA_DIR: await useFolder(), HOST: '0.0.0.0', MQTT_PORT: '2883' };
    const added = await runCli(['station', 'add', 'outside'], env);
    expect(added.code).toBe(0);
    expect(added.stderr).toBe(`There was no database in ${env.DATA_DIR}: made one. Is DATA_DIR right?\n`);
    expect(added.stdout).toContain('No running service');
    expect(added.stdout).toMatch(/Broker +[^ ]+, port 2883\n +User name +outside\n +Password +[\w-]{22}\n/);
    expect(added.stdout).toContain('stations/outside/temperature');
    expect(added.stdout).toMatch(/HTTP +POST http:\/\/[^ ]+:3000\/api\/stations\/outside\/readings/);
    expect(added.stdout).toMatch(/with the header "Authorization: Bearer [\w-]{22}"\n/);
    expect(added.stdout).toContain('shown this once');
    expect(await isDatabaseRunning(env.DATA_DIR)).toBe(false);
    const again = await runCli(['station', 'add', 'outside'], env);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('credentials rotate outside');
    expect(again.stderr).not.toContain('    at ');
  });

  test('of a secret nothing is kept but its SHA-256, in no file and no log line', async () => {
    const env = { DATA_DIR: await useFolder() };
    const { stdout, stderr } = await runCli(['credentials', 'add', 'admin', 'me', '--json'], {
      ...env,
      LOG_LEVEL: 'trace',
    });
    const { password } = JSON.parse(stdout) as Login;
    expect(stderr).toContain('PostgreSQL is ready');
    expect(stderr).not.toContain(password);
    expect(await filesThatHold(env.DATA_DIR, password)).toEqual([]);
    expect(await filesThatHold(env.DATA_DIR, hashSecret(password))).not.toEqual([]);
  });

  test.each([
    ['station', 'list'],
    ['credentials', 'list'],
    ['credentials', 'rotate', 'outside'],
    ['credentials', 'revoke', 'outside'],
    ['channels', 'list'],
    ['channels', 'remove', '7', '--yes'],
  ])('%s %s makes no database, and asks whether DATA_DIR is right', async (...args) => {
    const folder = await useFolder();
    const { code, stdout, stderr } = await runCli(args, { DATA_DIR: join(folder, 'data') });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`There is no database in DATA_DIR ${join(folder, 'data')}`);
    expect(stderr).toContain('the DATA_DIR of the service');
    expect(await readdir(folder)).toEqual([]);
  });

  test('every command does its part', async () => {
    const env = { DATA_DIR: await makeDatabase() };
    expect(await runCli(['credentials', 'list'], env)).toMatchObject({ code: 0, stdout: '' });
    expect(await runJson(['station', 'list'], env)).toEqual({ stations: [] });
    const station = await runJson<StationLogin>(['station', 'add', 'outside'], env);
    expect(station).toEqual({
      station: 'outside',
      username: 'outside',
      password: expect.stringMatching(SECRET),
    });
    expect(Object.keys(await runJson<object>(['credentials', 'add', 'station', 'shed'], env))).toEqual([
      'station',
      'username',
      'password',
    ]);
    const filters = ['--filter', 'live/shed/#', '--filter=stations/+/status', '--filter', 'live/shed/#'];
    expect(await runJson(['credentials', 'add', 'integrator', 'grafana', ...filters], env)).toEqual({
      kind: 'integrator',
      username: 'grafana',
      password: expect.stringMatching(SECRET),
      filters: ['live/shed/#', 'stations/+/status'],
    });
    expect(await runJson(['credentials', 'add', 'integrator', 'all'], env)).toMatchObject({
      filters: ['live/#', 'stations/#'],
    });
    expect(await runJson(['credentials', 'add', 'admin', 'owner'], env)).toEqual({
      kind: 'admin',
      username: 'owner',
      password: expect.stringMatching(SECRET),
    });
    const rotated = await runJson<Login>(['credentials', 'rotate', 'outside'], env);
    expect(rotated).toEqual({
      kind: 'station',
      username: 'outside',
      password: expect.stringMatching(SECRET),
    });
    expect(rotated.password).not.toBe(station.password);
    expect(await runJson(['credentials', 'revoke', 'owner'], env)).toEqual({
      kind: 'admin',
      username: 'owner',
    });
    const { credentials } = await runJson<{ credentials: { username: string; rotatedAt: string | null }[] }>(
      ['credentials', 'list'],
      env,
    );
    expect(credentials.map(({ username, rotatedAt }) => [username, rotatedAt !== null])).toEqual([
      ['all', false],
      ['grafana', false],
      ['outside', true],
      ['shed', false],
    ]);
    expect(JSON.stringify(credentials)).not.toMatch(/secret|hash|password/i);
  });

  test('text is for people: tables for lists, and what a revocation does', async () => {
    const env = { DATA_DIR: await makeDatabase() };
    await runCli(['credentials', 'add', 'integrator', 'grafana'], env);
    const list = await runCli(['credentials', 'list'], env);
    expect(list.stdout).toMatch(
      /^NAME +KIND +CREATED +ROTATED +READS\ngrafana +integrator +\d{4}-\d\d-\d\d +- +live\/# stations\/#\n$/,
    );
    const revoked = await runCli(['credentials', 'revoke', 'grafana'], env);
    expect(revoked).toMatchObject({ code: 0, stderr: '' });
    expect(revoked.stdout).toContain('connections are cut');
    const again = await runCli(['credentials', 'revoke', 'grafana'], env);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toContain('credentials list');
  });
});

describe('station add --config', () => {
  const settings = { HOST: '192.168.1.10', MQTT_PORT: '2883' };

  test('prints what the board reads, and nothing else', async () => {
    const env = { ...settings, DATA_DIR: await makeDatabase() };
    const { code, stdout, stderr } = await runCli(['station', 'add', 'outside', '--config'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      station: 'outside',
      user: 'outside',
      password: expect.stringMatching(SECRET),
      host: '192.168.1.10',
      port: 2883,
      wifi_name: expect.stringMatching(/^FILL IN/),
    });
    expect(stderr).toContain('Fill the Wi-Fi into its config.json');
  });

  test('writes it to a new file that only its owner can read, and to no other', async () => {
    const env = { ...settings, DATA_DIR: await makeDatabase() };
    const file = join(env.DATA_DIR, 'outside.json');
    const added = await runCli(['station', 'add', 'outside', '--config', file], env);
    expect(added).toMatchObject({ code: 0, stdout: '' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain('"user": "outside"');
    await writeFile(file, 'precious');
    const refused = await runCli(['station', 'add', 'shed', `--config=${file}`], env);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('EEXIST');
    expect(await readFile(file, 'utf8')).toBe('precious');
    expect((await runCli(['station', 'list'], env)).stdout).not.toContain('shed');
  });

  test('leaves no file where the station is known already, or its broker is not', async () => {
    const env = { DATA_DIR: await makeDatabase(), HOST: '192.168.1.10', MQTT_PORT: '0' };
    const file = join(env.DATA_DIR, 'outside.json');
    const unknown = await runCli(['station', 'add', 'outside', '--config', file], env);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('Start the service first')]);
    await runCli(['station', 'add', 'outside'], env);
    const known = await runCli(['station', 'add', 'outside', '--config', file], { ...env, MQTT_PORT: '1' });
    expect([known.code, known.stdout]).toEqual([1, '']);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});

describe('credentials rotate --config', () => {
  test('writes the settings of a board whose station has a password already, with a new one', async () => {
    const env = { DATA_DIR: await makeDatabase(), HOST: '192.168.1.10', MQTT_PORT: '2883' };
    const file = join(env.DATA_DIR, 'outside.json');
    const added = await runJson<StationLogin>(['station', 'add', 'outside'], env);
    const refused = await runCli(['station', 'add', 'outside', '--config', file], env);
    expect(refused.stderr).toMatch(/credentials rotate outside, for a board also with --config FILE/);
    const rotated = await runCli(['credentials', 'rotate', 'outside', '--config', file], env);
    expect(rotated).toMatchObject({ code: 0, stdout: '' });
    expect(rotated.stderr).toContain(`outside has a new password.`);
    expect(rotated.stderr).toContain(`Fill the Wi-Fi into ${file}`);
    const written = JSON.parse(await readFile(file, 'utf8')) as { password: string };
    expect(written).toMatchObject({ station: 'outside', user: 'outside', host: '192.168.1.10', port: 2883 });
    expect(written.password).toMatch(SECRET);
    expect(written.password).not.toBe(added.password);
  });

  test('leaves no file, and the password as it is, where there is none to be written', async () => {
    const env = { DATA_DIR: await makeDatabase() };
    const file = join(env.DATA_DIR, 'some.json');
    await runCli(['credentials', 'add', 'integrator', 'grafana'], env);
    const integrator = await runCli(['credentials', 'rotate', 'grafana', '--config', file], env);
    expect(integrator).toMatchObject({ code: 2, stdout: '' });
    expect(integrator.stderr).toContain('grafana is an integrator');
    const { credentials } = await runJson<{ credentials: unknown[] }>(['credentials', 'list'], env);
    expect(credentials).toMatchObject([{ username: 'grafana', rotatedAt: null }]);
    const nobody = await runCli(['credentials', 'rotate', 'shed', '--config', file], env);
    expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('no credential')]);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });
});

test('commands that come at once take turns', async () => {
  const env = { DATA_DIR: await makeDatabase() };
  const names = ['a', 'b', 'c', 'd'];
  const ended = await Promise.all(names.map((name) => runCli(['station', 'add', name, '--json'], env)));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  const { stations } = await runJson<{ stations: { station: string }[] }>(['station', 'list'], env);
  expect(stations.map(({ station }) => station)).toEqual(names);
  expect(await isDatabaseRunning(env.DATA_DIR)).toBe(false);
});

test('a command waits for another that has started the database, which stops with it', async () => {
  const env = { DATA_DIR: await makeDatabase() };
  const log = pino({ level: 'silent' });
  const other = await startEmbeddedServer({ dataDir: env.DATA_DIR, log, role: 'command' });
  onTestFinished(() => other.close());
  const waiting = startCli(['station', 'add', 'outside', '--json'], env);
  await poll(() => waiting.stderr().includes('Waiting for another command'));
  await other.close();
  expect(await waiting.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('"outside"') });
});

test('Ctrl-C ends a command, and leaves no database behind', async () => {
  const env = { DATA_DIR: await useFolder() };
  const command = startCli(['station', 'add', 'outside'], env);
  await poll(() => isDatabaseRunning(env.DATA_DIR));
  command.interrupt();
  expect(await command.ended).toMatchObject({ code: 130, stdout: '' });
  expect(await isDatabaseRunning(env.DATA_DIR)).toBe(false);
});

test('a folder that can not be used is told without a stack trace', async () => {
  const { code, stdout, stderr } = await runCli(['station', 'list'], { DATA_DIR: 'package.json' });
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('Choose a DATA_DIR');
  expect(stderr).not.toContain('    at ');
});
