import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { runCli, runHere, runJson } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';

test('policies are set, changed in what is given, listed and removed', async () => {
  const env = { DATABASE_URL: (await useTestDatabase()).url, RETENTION_RAW: '2y' };
  const shed = ['--station', 'shed'];
  expect(await runJson(['retention', 'set', ...shed, '--raw', '90d'], env)).toEqual({
    station: 'shed',
    metric: null,
    raw: '90d',
    rollups: null,
  });
  await runJson(['retention', 'set', ...shed, '--rollups', '10y'], env);
  const misnamed = await runCli(['retention', 'set', '--station', 'shde', '--raw', 'forever'], env);
  expect(misnamed.stderr).toContain('No readings of all metrics of shde are stored yet.');
  await runJson(['retention', 'remove', '--station', 'shde'], env);
  await runJson(['retention', 'set', '--metric', 'rssi', '--raw', '2w'], env);
  const set = await runCli(['retention', 'set', ...shed, '--metric', 'rssi', '--raw', '1y'], env);
  expect(set.stdout).toContain('Of rssi of shed: readings are kept for 1 year now.');
  expect(await runJson(['retention', 'list'], env)).toEqual({
    settings: { raw: '2y', rollups: 'forever' },
    policies: [
      { station: null, metric: 'rssi', raw: '2w', rollups: null },
      { station: 'shed', metric: null, raw: '90d', rollups: '10y' },
      { station: 'shed', metric: 'rssi', raw: '1y', rollups: null },
    ],
  });
  const list = await runCli(['retention', 'list'], env);
  expect(list.stdout).toMatch(/\(settings\) +2y +forever\nall +rssi +2w +-\nshed +all +90d +10y\n/);
  expect(await runJson(['retention', 'remove', ...shed], env)).toEqual({ station: 'shed', metric: null });
  const again = await runCli(['retention', 'remove', ...shed], env);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('retention list') });
});

test('a policy by which roll-ups would go before their readings is refused', async () => {
  const { url, pool } = await useTestDatabase();
  const env = { DATABASE_URL: url, RETENTION_RAW: '90d', RETENTION_ROLLUPS: '2y' };
  const refused = await runCli(['retention', 'set', '--station', 'shed', '--raw', '5y'], env);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    'Roll-ups of all metrics of shed would be kept for 2 years, and their readings for 5 years.',
  );
  expect((await pool.query('SELECT FROM retention_policies')).rowCount).toBe(0);
  await runJson(['retention', 'set', '--station', 'shed', '--raw', '5y', '--rollups', '5y'], env);
});

test.each([
  [
    ['set', '--station', 'a b', '--metric', 'T', '--raw', '90'],
    ['name of a station', 'name of a metric', 'such as 90d'],
  ],
  [['set', '--station', 'shed'], ['Give --raw, --rollups or both']],
  [['remove', '--metric', 'T'], ['name of a metric']],
])('wrong use is told at once: retention %j', async (args, told) => {
  const { code, stderr } = await runHere(['retention', ...args], {});
  expect(code).toBe(2);
  for (const text of told) expect(stderr).toContain(text);
});

/** A reading an hour of the last 200 days, rolled up as far as they go. */
async function fill(pool: Pool): Promise<void> {
  const hour = 3_600_000;
  const newest = Math.floor(Date.now() / hour) * hour;
  const rows = Array.from({ length: 200 * 24 }, (_, index) => ({
    measuredAt: (newest - index * hour) * 1000,
    value: index,
  }));
  await seedSeries(pool, { station: 'shed', metric: 'temperature', unit: '°C' }, rows);
  await pool.query(
    `UPDATE rollup_state SET closed_until = date_trunc('hour', now()), rolled_until = date_trunc('hour', now()), time_zone = 'UTC'`,
  );
}

interface DryRun {
  readonly partitions: readonly { month: string; readings: number; bytes: number; isWhole: boolean }[];
  readonly series: readonly { station: string; metric: string; before: string; readings: number }[];
  readonly rollups: number;
  readonly channelEntries: number;
  readonly rejectedMessages: number;
  readonly forSize: readonly string[];
  readonly isSizeOutOfReach: boolean;
  readonly isHeld: boolean;
  readonly rolledUntil: string | null;
}

test('retention --dry-run tells what would go with the settings that it is given, and lets nothing go', async () => {
  const { url, pool } = await useTestDatabase();
  await fill(pool);
  const env = { DATABASE_URL: url };
  const nothing = await runJson<DryRun>(['retention', '--dry-run'], env);
  expect(nothing).toEqual({
    partitions: [],
    series: [],
    rollups: 0,
    channelEntries: 0,
    rejectedMessages: 0,
    forSize: [],
    isSizeOutOfReach: false,
    isHeld: false,
    rolledUntil: expect.any(String),
  });
  const found = await runJson<DryRun>(['retention', '--dry-run'], { ...env, RETENTION_RAW: '100d' });
  const horizon = new Date(Date.now() - 100 * 86_400_000).toISOString().slice(0, 10);
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM readings WHERE measured_at < $1::timestamptz',
    [`${horizon}T00:00Z`],
  );
  expect(found.series).toEqual([
    { station: 'shed', metric: 'temperature', before: `${horizon}T00:00:00.000Z`, readings: rows[0]!.count },
  ]);
  expect(found.partitions.reduce((sum, { readings }) => sum + readings, 0)).toBe(rows[0]!.count);
  expect(found.partitions.filter(({ isWhole }) => !isWhole).length).toBeLessThanOrEqual(1);
  await runJson(['retention', 'set', '--station', 'shed', '--raw', '1y'], env);
  expect(await runJson(['retention', '--dry-run'], { ...env, RETENTION_RAW: '100d' })).toEqual(nothing);
  expect((await pool.query('SELECT FROM readings')).rowCount).toBe(200 * 24);
});

test('retention --dry-run tells the months that would go for the size, and all in tables', async () => {
  const { url, pool } = await useTestDatabase();
  await fill(pool);
  // The least that the setting takes is more than a test's database has.
  await pool.query(
    `CREATE UNLOGGED TABLE ballast AS SELECT repeat(md5(n::text), 50) AS text FROM generate_series(1, 70000) AS n`,
  );
  const { rows } = await pool.query<{ size: string; first: string }>(
    `SELECT pg_database_size(current_database()) AS size, to_char(min(measured_at) AT TIME ZONE 'UTC', 'YYYY-MM') AS first FROM readings`,
  );
  const { size, first } = rows[0]!;
  const env = { DATABASE_URL: url, MAX_DATABASE_SIZE: String(Number(size) - 1) };
  const found = await runJson<DryRun>(['retention', '--dry-run'], env);
  expect(found).toMatchObject({ partitions: [], forSize: [first] });
  expect(found.isSizeOutOfReach).toBe(false);
  const least = await runCli(['retention', '--dry-run'], { ...env, MAX_DATABASE_SIZE: '100MB' });
  expect(least.stdout).toContain('MAX_DATABASE_SIZE can not be held to');
  const { stdout } = await runCli(['retention', '--dry-run'], env);
  expect(stdout).toContain('No readings would go now.');
  expect(stdout).toContain(`For MAX_DATABASE_SIZE, these months would go as well: ${first}`);
  const tables = await runCli(['retention', '--dry-run'], { ...env, RETENTION_RAW: '150d' });
  expect(tables.stdout).toMatch(
    /^MONTH +READINGS +ON DISK +WHAT GOES\n\d{4}-\d\d +[\d,]+ +[\d.]+ kB +all of the month, which is dropped\n/,
  );
  expect(tables.stdout).toMatch(/\nSTATION +METRIC +BEFORE +READINGS\nshed +temperature +\S+ +[\d,]+\n/);
  expect(tables.stdout).toContain('Rejected messages: 0.');
  // What expires is enough.
  expect(tables.stdout).not.toContain('MAX_DATABASE_SIZE');
});

test('retention resume says that the clock is right, of which --dry-run tells that it may not be', async () => {
  const { url, pool } = await useTestDatabase();
  const env = { DATABASE_URL: url };
  await pool.query(
    `UPDATE expiry_state SET looked_at = now() - interval '30 days', held_at = now() - interval '1 hour'`,
  );
  const held = await runCli(['retention', '--dry-run'], env);
  expect(held.stdout).toContain('And nothing goes at all now');
  expect((await runJson<DryRun>(['retention', '--dry-run'], env)).isHeld).toBe(true);
  const { clock } = await runJson<{ clock: string }>(['retention', 'resume'], env);
  expect(Math.abs(Date.parse(clock) - Date.now())).toBeLessThan(60_000);
  expect((await runJson<DryRun>(['retention', '--dry-run'], env)).isHeld).toBe(false);
  expect((await pool.query('SELECT FROM expiry_state WHERE held_at IS NULL')).rowCount).toBe(1);
});

test('an import tells how many of its readings are older than readings are kept', async () => {
  const env = { DATABASE_URL: (await useTestDatabase()).url, RETENTION_RAW: '1y' };
  await runJson(['retention', 'set', '--station', 'shed', '--raw', 'forever'], env);
  const old = ['outside', 'shed'].map((station) => `${station},temperature,2020-01-01T00:00Z,1\n`);
  const recent = `outside,temperature,${new Date().toISOString()},2\n`;
  const stdin = `station,metric,measuredAt,value\n${old.join('')}${recent}`;
  const json = await runCli(['import', '-', '--json'], env, stdin);
  expect(JSON.parse(json.stdout)).toMatchObject({ stored: 3, due: 1 });
  const told = await runCli(['import', '-'], env, stdin);
  expect(told.stderr).toContain('1 of them are older than readings are kept');
});

test('without --dry-run nothing is done, and it is said who does it', async () => {
  const { code, stderr } = await runHere(['retention'], {});
  expect(code).toBe(2);
  expect(stderr).toContain('Readings expire in the running service.');
});
