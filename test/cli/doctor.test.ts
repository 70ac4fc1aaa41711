import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkBackups } from '../../src/cli/doctor/backups.ts';
import { checkTls } from '../../src/cli/doctor/certificate.ts';
import { checkClock } from '../../src/cli/doctor/clock.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { checkNode } from '../../src/cli/doctor/node.ts';
import { readConfig } from '../../src/config.ts';
import { keptName } from '../../src/storage/backup/kept-files.ts';
import { readDatabaseHealth } from '../../src/storage/database-health.ts';
import { detachStation } from '../../src/storage/station-removal.ts';
import { makeCertificate, useCertificateFiles } from '../support/certificate.ts';
import { type Ended, runCli, runHere } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { startProgram, useFolder } from '../support/program.ts';
import { seedSeries } from '../support/series.ts';

const NOWHERE = {
  pid: 1,
  host: '127.0.0.1',
  httpPort: 1,
  mqttPort: 1,
  httpsPort: undefined,
  mqttsPort: undefined,
};
const FREE_PORTS = { HTTP_PORT: '0', MQTT_PORT: '0', TIME_ZONE: 'UTC' };

async function examine(
  env: Record<string, string>,
): Promise<Ended & { readonly checks: readonly Finding[] }> {
  const ended = await runHere(['doctor', '--json'], { ...FREE_PORTS, ...env });
  return { ...ended, checks: (JSON.parse(ended.stdout) as { checks: readonly Finding[] }).checks };
}

/** Those that are not ok, but for the clock: a machine that runs tests need not keep it right. */
function worries(checks: readonly Finding[]): readonly string[] {
  return checks
    .filter(({ check, state }) => state !== 'ok' && check !== 'clock')
    .map(({ check, state, says, advice }) => `${state} ${check}: ${says} ${advice}`);
}

test('in an empty folder all is well, and nothing is made in it', async () => {
  const folder = await useFolder();
  const { code, checks } = await examine({ DATA_DIR: join(folder, 'data') });
  expect([code, worries(checks)]).toEqual([0, []]);
  expect(checks.map(({ check }) => check)).toEqual([
    'Node.js',
    'settings',
    'disk',
    'database',
    'clock',
    'ports',
    'certificate',
    'spool',
    'backups',
    'service',
  ]);
  expect(await readdir(folder)).toEqual([]);
});

test('it looks at a running service, tells when its settings are others, and sees that it was killed', async () => {
  const env = { DATA_DIR: await useFolder(), TIME_ZONE: 'UTC' };
  const service = await startProgram(env);
  const ports = { HTTP_PORT: String(service.httpPort), MQTT_PORT: String(service.mqttPort) };
  const well = await runCli(['doctor'], { ...env, ...ports });
  expect([well.code, well.stderr]).toEqual([0, '']);
  expect(well.stdout).toMatch(
    /ok +service +It runs \(process \d+\), and is ready\.\nok +MQTT +The broker is reached/,
  );
  const other = await examine({ ...env, HTTP_PORT: '1' });
  expect(worries(other.checks)).toEqual([
    expect.stringMatching(/^warning ports: .*where HTTP_PORT is 1 here\./),
  ]);
  service.kill('SIGKILL');
  await service.exited();
  const killed = await examine(env);
  expect(killed.code).toBe(0);
  expect(worries(killed.checks)).toEqual([expect.stringMatching(/^warning database: .* Start the service/)]);
  const again = await startProgram(env);
  expect(worries((await examine(env)).checks)).toEqual([]);
  again.kill('SIGTERM');
  expect(await again.exited()).toBe(0);
  expect((await examine(env)).stdout).toContain('is stopped, in peace');
});

test('of a folder that can not be made, for there is no room, it is not said that all is well, too', async () => {
  const { code, checks } = await examine({ DATA_DIR: '/proc/x' });
  expect(code).toBe(1);
  expect(checks.filter(({ check }) => check === 'disk').map(({ state }) => state)).toEqual(['problem']);
});

test('it tells, as nothing wrong, that only this machine reaches the ports', async () => {
  const DATA_DIR = join(await useFolder(), 'data');
  const saysOf = async (env: Record<string, string>): Promise<string> => {
    const { code, checks } = await examine({ DATA_DIR, ...env });
    expect(code).toBe(0);
    const ports = checks.filter(({ check, state }) => check === 'ports' && state === 'ok');
    return ports.map(({ says }) => says).join();
  };
  expect(await saysOf({})).toMatch(/free\. HOST is 127\.0\.0\.1, so only this machine reaches them/);
  expect(await saysOf({ HOST: '0.0.0.0' })).toMatch(/free\.$/);
});

test('a name that is nearly that of a setting is warned of, also beside one that is wrong', async () => {
  const env = { DATA_DIR: join(await useFolder(), 'data'), RETENTION_ROW: '2y' };
  const warned = /^warning settings: RETENTION_ROW is not a setting; did you mean RETENTION_RAW\?/;
  const { code, checks } = await examine(env);
  expect([code, worries(checks)]).toEqual([0, [expect.stringMatching(warned)]]);
  const wrong = await examine({ ...env, UNITS: 'x' });
  expect(worries(wrong.checks)).toContainEqual(expect.stringMatching(warned));
});

test('a port that another program has is a problem, with who that is and what to set', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { code, checks, stderr } = await examine({ DATA_DIR: await useFolder(), MQTT_PORT: String(port) });
  expect([code, stderr]).toEqual([1, expect.stringContaining('There is a problem.')]);
  const [told] = worries(checks);
  expect(told).toMatch(
    new RegExp(`^problem ports: Can't listen on 127.0.0.1:${port}: .*choose another port with MQTT_PORT`),
  );
  if (process.platform === 'linux') expect(told).toContain(`(process ${process.pid}) has it`);
});

test('wrong settings are told all at once, and nothing else is looked at', async () => {
  const { code, checks } = await examine({ HTTP_PORT: 'x', UNITS: 'y', TIME_ZONE: 'z' });
  expect(code).toBe(1);
  expect(worries(checks)).toEqual(
    ['HTTP_PORT', 'UNITS', 'TIME_ZONE'].map((name) => expect.stringContaining(name)),
  );
});

test('a DATA_DIR that is a file is a problem', async () => {
  const { code, checks } = await examine({ DATA_DIR: 'package.json' });
  expect(code).toBe(1);
  expect(worries(checks)[0]).toMatch(/^problem disk: DATA_DIR .* it is not a folder\. .*choose a DATA_DIR/);
});

describe('of backups on a schedule', () => {
  const NOW = new Date('2026-11-20T12:00:00Z');
  const HOUR_MS = 3_600_000;

  /** @param upHours for how long the service has been up; `undefined`: it is not */
  async function look(backupDir: string, upHours?: number, schedule = '@daily'): Promise<readonly string[]> {
    const config = readConfig({ BACKUP_SCHEDULE: schedule, BACKUP_DIR: backupDir, TIME_ZONE: 'UTC' });
    const leftAt = new Date(NOW.getTime() - (upHours ?? 0) * HOUR_MS);
    const service = upHours === undefined ? undefined : { ...NOWHERE, leftAt };
    const findings = await checkBackups({ config, service }, NOW);
    return findings.map(({ state, says, advice }) => `${state}: ${says} ${advice}`);
  }

  test('one that is not there long after it was due is a problem, but not yet where the service has just begun', async () => {
    const folder = join(await useFolder(), 'backups');
    expect(await look(folder, 0.1)).toEqual([
      expect.stringMatching(/^warning: There is none yet\. One was due/),
    ]);
    expect(await look(folder, 30)).toEqual([
      expect.stringMatching(/^problem: .*2026-11-20T00:00:00.*backup FILE/),
    ]);
    expect(await look(folder)).toEqual([expect.stringMatching(/^ok: .*The next start makes one/)]);
    await mkdir(folder);
    await writeFile(join(folder, keptName(new Date('2026-11-19T00:00:01Z'))), '');
    expect(await look(folder, 30)).toEqual([expect.stringMatching(/^problem: The newest is of 2026-11-19/)]);
    await writeFile(join(folder, keptName(new Date('2026-11-20T00:00:01Z'))), '');
    expect(await look(folder, 30)).toEqual([expect.stringMatching(/^ok: The newest is of 2026-11-20/)]);
  });

  test('those of every hour that are not there are a problem after as long, though the last was due just now', async () => {
    const folder = await useFolder();
    await writeFile(join(folder, keptName(new Date('2026-11-20T08:00:01Z'))), '');
    expect(await look(folder, 30, '@hourly')).toEqual([
      expect.stringMatching(/^warning: .*2026-11-20T11:00:00/),
    ]);
    expect(await look(folder, 30, '30 * * * *')).toEqual([
      expect.stringMatching(/^problem: The newest is of 2026-11-20T08:00:01.*2026-11-20T08:30:00/),
    ]);
    expect(await look(folder, 2, '30 * * * *')).toEqual([expect.stringMatching(/^warning: /)]);
  });

  test('a folder that can not be used is a problem at once, and is not made', async () => {
    expect(await look('package.json')).toEqual([
      expect.stringMatching(/^problem: BACKUP_DIR .*it is not a folder/),
    ]);
    const folder = await useFolder();
    await look(join(folder, 'backups'), 1);
    expect(await readdir(folder)).toEqual([]);
  });

  // Elsewhere there is no /proc, which has none.
  test.runIf(process.platform === 'linux')('one that has no room is a problem at once', async () => {
    expect(await look('/proc/backups', 0)).toEqual([expect.stringMatching(/^problem: .*BACKUP_DIR \/proc/)]);
  });
});

test('of a database of the owner it says why it can not be reached, without its password', async () => {
  const { code, stdout, checks } = await examine({
    DATA_DIR: await useFolder(),
    DATABASE_URL: 'postgres://x:hunter2@127.0.0.1:9/none',
  });
  expect(code).toBe(1);
  expect(worries(checks)).toEqual([
    expect.stringMatching(/^problem database: .*ECONNREFUSED.* Check that it runs/),
  ]);
  expect(stdout).not.toContain('hunter2');
});

test.each([
  ['17', 0, /^warning database: It was made by PostgreSQL 17, .* The next start carries it over/],
  [
    '99',
    1,
    /^problem database: It was made by PostgreSQL 99, .* Start the version of Thermograph that made it/,
  ],
])('a database that PostgreSQL %s has made ends it with %i', async (version, exitCode, told) => {
  const folder = await useFolder();
  await mkdir(join(folder, 'postgres'));
  await writeFile(join(folder, 'postgres', 'PG_VERSION'), `${version}\n`);
  const { code, checks } = await examine({ DATA_DIR: folder });
  expect([code, worries(checks)]).toEqual([exitCode, [expect.stringMatching(told)]]);
});

test('a database that an exchange has not put in its place yet is not taken for none', async () => {
  const folder = await useFolder();
  const upgraded = join(folder, 'postgres-upgraded', 'postgres');
  await mkdir(upgraded, { recursive: true });
  await writeFile(join(upgraded, 'PG_VERSION'), '18\n');
  const { code, checks } = await examine({ DATA_DIR: folder });
  const told = /^warning database: .* not in its place\. Start the service/;
  expect([code, worries(checks)]).toEqual([0, [expect.stringMatching(told)]]);
});

test('a removal that was interrupted, days of another zone and a newer schema are told, and the database is left as it is', async () => {
  const { pool, url } = await useTestDatabase();
  const env = { DATA_DIR: await useFolder(), DATABASE_URL: url };
  await seedSeries(pool, { station: 'old', metric: 't', unit: null }, [
    { measuredAt: Date.now() * 1000, value: 1 },
  ]);
  await detachStation(pool, 'old', new AbortController().signal);
  const { checks } = await examine(env);
  expect(worries(checks)).toContainEqual(
    expect.stringMatching(/^warning database: .*old.* station remove old/),
  );
  await pool.query("UPDATE rollup_state SET time_zone = 'Europe/Paris'");
  expect((await examine(env)).stdout).toMatch(/TIME_ZONE is UTC here.*Europe\/Paris/);
  await pool.query("INSERT INTO thermograph_migrations (name, run_on) VALUES ('9999_future', now())");
  const newer = await examine(env);
  expect([newer.code, worries(newer.checks)]).toEqual([1, [expect.stringContaining('newer version')]]);
});

test('a clock that has stepped back, or is years away, is told', async () => {
  const { connection, pool } = await useTestDatabase();
  const config = readConfig({ TIME_ZONE: 'UTC' });
  await pool.query(
    'INSERT INTO expiry_state (looked_at) SELECT now() WHERE NOT EXISTS (SELECT FROM expiry_state)',
  );
  await pool.query("UPDATE expiry_state SET looked_at = now() + interval '1 day'");
  const health = await readDatabaseHealth(connection);
  const said = async (now: number): Promise<string> => JSON.stringify(await checkClock(config, health, now));
  expect(await said(Date.now())).toContain('before');
  expect(await said(Date.now() + 2 * 86_400_000)).toContain('apart from that of the database');
  expect(await said(Date.UTC(2020, 0, 1))).toContain('which is in the past');
});

test.each([
  ['18.20.0', 'problem'],
  ['20.18.9', 'problem'],
  ['20.19.0', 'ok'],
  ['24.0.0', 'ok'],
])('Node.js %s: %s', (version, state) => {
  expect(checkNode(version).state).toBe(state);
});

const DAYS = 86_400_000;
const inDays = (days: number): Date => new Date(Date.now() + days * DAYS);

test.each([
  [{ notAfterDate: inDays(100) }, '127.0.0.1', 'ok', /localhost, 127\.0\.0\.1, and valid for \d+ more days/],
  [{ notAfterDate: inDays(10) }, '127.0.0.1', 'warning', /valid for \d more days/],
  [{ notBeforeDate: inDays(-9), notAfterDate: inDays(-1) }, '127.0.0.1', 'problem', /has expired/],
  [{ notAfterDate: inDays(100) }, '192.0.2.7', 'warning', /not for 192\.0\.2\.7/],
])('a certificate %j for %s: %s', async (options, host, state, says) => {
  const { files } = await useCertificateFiles(await makeCertificate(options));
  const config = { ...readConfig({}), ...files, host };
  const findings = await checkTls({ config, service: undefined });
  expect(findings).toMatchObject([{ check: 'certificate', state, says: expect.stringMatching(says) }]);
});

test('a key that is not that of the certificate is a problem, and so is a file that is not there', async () => {
  const { files, writeKey } = await useCertificateFiles(await makeCertificate());
  const config = { ...readConfig({}), ...files };
  await writeKey((await makeCertificate()).key);
  const look = () => checkTls({ config, service: undefined });
  expect(await look()).toMatchObject([{ state: 'problem', says: expect.stringContaining('not the key of') }]);
  const gone = { ...config, tlsKeyFile: `${files.tlsKeyFile}.gone` };
  expect(await checkTls({ config: gone, service: undefined })).toMatchObject([
    { state: 'problem', says: expect.stringMatching(/^TLS_KEY_FILE can't be read: ENOENT/) },
  ]);
});
