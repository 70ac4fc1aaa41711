import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { confirm } from '../../src/cli/confirm.ts';
import { type Login, runCli, runHere, runJson, startCli, type StationLogin } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { seedSeries } from '../support/series.ts';
import { useService } from '../support/service.ts';

const REMOVE = ['station', 'remove', 'old'];
const START = Date.UTC(2026, 8, 1) * 1000;
/** Of maintenance; see src/storage/maintenance-lock.ts. */
const LOCK_KEY = 7_411_937;

const minutes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ measuredAt: START + index * 60_000_000, value: index }));

test('beside a running service a station is gone at once, for pages, subscribers and its board, and others are not', async () => {
  const running = await useService({ allowAnonymous: false });
  const { database, getJson } = running;
  const env = { DATABASE_URL: database.url };
  const { password } = await runJson<StationLogin>(['station', 'add', 'old'], env);
  const all = await runJson<Login>(['credentials', 'add', 'integrator', 'all'], env);
  await runJson(['channels', 'add', '--id', '7', '--name', 'x', '--field1', 'old:temperature'], env);
  await poll(() => running.service.credentials.hasName('all'));
  const board = await running.connect({ username: 'old', password });
  for (const message of ['21.5', '22.5', 'warm']) {
    await board.publishAsync('stations/old/temperature', message, { qos: 1 });
  }
  await board.publishAsync('stations/old/status', 'online', { qos: 1, retain: true });
  const reader = await running.connect({ username: all.username, password: all.password });
  const got: string[] = [];
  reader.on('message', (topic, payload) => void got.push(`${topic} ${payload.toString()}`));
  await reader.subscribeAsync(['live/#', 'stations/+/status'], { qos: 1 });
  await poll(() => got.length === 2);

  const counts = {
    station: 'old',
    series: 1,
    readings: 2,
    hasCredential: true,
    retentionPolicies: 0,
    channels: [7],
  };
  expect(await runJson([...REMOVE, '--dry-run'], env)).toEqual({ ...counts, isRemoved: false });
  expect(await getJson('/api/stations/old')).toMatchObject({ latest: [{ value: 22.5 }] });
  expect(await runJson([...REMOVE, '--yes'], env)).toEqual({ ...counts, isRemoved: true });
  await poll(
    () => !board.connected && got.includes('live/old/temperature ') && got.includes('stations/old/status '),
  );
  await expect(running.connect({ username: 'old', password })).rejects.toThrow('Connection refused');
  await poll(async () => (await fetch(`${running.url}/api/stations/old`)).status === 404);
  expect(await getJson('/api/stations')).toEqual({ stations: [] });
  const { rows } = await database.pool.query(
    'SELECT (SELECT count(*)::int FROM readings) AS readings, (SELECT count(*)::int FROM rejected_messages) AS rejected',
  );
  expect(rows).toEqual([{ readings: 0, rejected: 1 }]);
  const again = await runCli([...REMOVE, '--yes'], env);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('no station with the name old')]);
});

test('a removal that was killed is gone on with by the same command', async () => {
  const { pool, url } = await useTestDatabase();
  const env = { DATABASE_URL: url };
  await seedSeries(pool, { station: 'old', metric: 't', unit: null }, minutes(7_000));
  const other = await pool.connect();
  await other.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
  const killed = startCli([...REMOVE, '--yes'], env);
  await poll(() => killed.stderr().includes('Waiting for the service'));
  killed.kill();
  await killed.ended;
  await other.query('SELECT pg_advisory_unlock($1)', [LOCK_KEY]);
  other.release();
  expect(await runJson(['station', 'list'], env)).toEqual({ stations: [] });
  expect((await pool.query('SELECT FROM readings')).rowCount).toBe(7_000);
  const { code, stdout } = await runCli([...REMOVE, '--yes'], env);
  expect([code, stdout]).toEqual([0, 'Of old are gone: 7,000 readings of 1 series, with their roll-ups.\n']);
  expect((await pool.query('SELECT FROM readings')).rowCount).toBe(0);
});

test.each([[[]], [['--json']]])(
  'without a terminal nothing is removed unless --yes says so: %j',
  async (options) => {
    const { code, stdout, stderr } = await runHere([...REMOVE, ...options], { DATA_DIR: 'package.json' });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--dry-run');
  },
);

test.each([
  ['old', true],
  ['old ', true],
  ['yes', false],
  ['', false],
])('on a terminal the name is to be typed: %j', async (typed, isTaken) => {
  const stdin = new PassThrough();
  const asked = confirm(
    { stdin, tell: () => stdin.write(`${typed}\n`), signal: new AbortController().signal },
    'old',
  );
  if (isTaken) await expect(asked).resolves.toBeUndefined();
  else
    await expect(asked).rejects.toMatchObject({
      code: 'not-confirmed',
      hint: expect.stringContaining('--yes'),
    });
});
