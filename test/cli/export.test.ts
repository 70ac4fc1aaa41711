import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { runCli, runHere, runJson, startCli } from '../support/cli.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { seedSeries } from '../support/series.ts';

const HEAD = 'station,metric,unit,measuredAt,value,receivedAt\r\n';
const LINES =
  'outside,temperature,°C,2026-11-01T10:00:00.000Z,21.5,2026-11-01T10:00:01.000Z\r\n' +
  'outside,temperature,°C,2026-11-01T10:00:00.000001Z,-3,2026-11-01T10:00:01.000001Z\r\n';

async function useReadings(): Promise<TestDatabase> {
  const database = await useTestDatabase();
  const measuredAt = Date.UTC(2026, 10, 1, 10) * 1000;
  const rows = [
    { measuredAt, value: 21.5 },
    { measuredAt: measuredAt + 1, value: -3 },
  ];
  await seedSeries(database.pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  return database;
}

test('readings are exported to a file, compressed or not, and to standard output', async () => {
  const { url } = await useReadings();
  const folder = await useFolder();
  const env = { DATABASE_URL: url };
  const file = join(folder, 'all.csv');
  await writeFile(file, 'an earlier export');
  expect(await runJson(['export', file], env)).toEqual({
    file,
    format: 'csv',
    series: 1,
    readings: 2,
    seconds: expect.any(Number),
  });
  expect(await readFile(file, 'utf8')).toBe(HEAD + LINES);
  const packed = join(folder, 'all.ndjson.gz');
  const range = ['--from', '2026-11-01T10:00:00.000001Z', '--to=2026-11-02T00:00:00Z'];
  const said = await runCli(['export', packed, '--station', 'outside', ...range], env);
  expect(said).toMatchObject({ code: 0, stderr: '' });
  expect(said.stdout).toMatch(/^1 reading of 1 series is in .*all\.ndjson\.gz \(/);
  expect(JSON.parse(gunzipSync(await readFile(packed)).toString())).toMatchObject({ value: -3, unit: '°C' });
  const shown = await runCli(['export', '-', '--metric=temperature', '--json'], env);
  expect(shown.stdout).toBe(HEAD + LINES);
  expect(JSON.parse(shown.stderr)).toMatchObject({ file: '-', readings: 2 });
  expect((await readdir(folder)).toSorted()).toEqual(['all.csv', 'all.ndjson.gz']);
});

test('a day is one of TIME_ZONE: --from its beginning, --to its end', async () => {
  const { pool, url } = await useTestDatabase();
  // The night of the 1st in Berlin, where it lasts from 23:00 to 23:00 in UTC.
  const times = ['10-31T22:59:59', '10-31T23:00:00', '11-01T22:59:59', '11-01T23:00:00'];
  const rows = times.map((time, value) => ({ measuredAt: Date.parse(`2026-${time}Z`) * 1000, value }));
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, rows);
  const valuesOf = async (...range: string[]): Promise<number[]> => {
    const args = ['export', '-', '--format', 'ndjson', ...range];
    const { code, stdout } = await runCli(args, { DATABASE_URL: url, TIME_ZONE: 'Europe/Berlin' });
    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    return lines.map((line) => (JSON.parse(line) as { value: number }).value);
  };
  expect(await valuesOf('--from', '2026-11-01')).toEqual([1, 2, 3]);
  expect(await valuesOf('--to', '2026-10-31')).toEqual([0]);
  expect(await valuesOf('--from=2026-11-01', '--to=2026-11-01')).toEqual([1, 2]);
});

test('what can not be exported is told, and leaves nothing behind', async () => {
  const { url } = await useReadings();
  const env = { DATABASE_URL: url };
  const folder = await useFolder();
  const unknown = await runCli(['export', join(folder, 'x.csv'), '--station', 'shed'], env);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('No station named "shed"')]);
  const nowhere = await runCli(['export', join(folder, 'no', 'x.csv')], env);
  expect([nowhere.code, nowhere.stderr]).toEqual([
    1,
    expect.stringContaining('See whether the folder is there'),
  ]);
  expect(nowhere.stderr).not.toContain('    at ');
  expect(await readdir(folder)).toEqual([]);
});

test.each([
  [['export', '/dev/null'], 'is no file'],
  [['export', 'x', '--format', 'xml'], '--format must be csv or ndjson'],
  [['export', 'x', '--from', '2026-11-01T00:00:00', '--to', 'x'], 'names no zone'],
  [['export', 'x', '--from', '2026-11-01T00:00:00'], 'Give a day, such as 2026-11-01, or'],
  [['export', 'x', '--to', '2026-02-30'], '--to: time "2026-02-30" is neither'],
  [['export'], 'FILE is missing'],
])('%j is wrong use: %s', async (args, told) => {
  const { code, stdout, stderr } = await runHere(args, { DATA_DIR: 'package.json' });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(told);
});

test('Ctrl-C leaves no part of a file', async () => {
  const { pool, url } = await useReadings();
  await pool.query(
    `INSERT INTO readings SELECT series_id, '2026-11-02Z'::timestamptz + n * interval '1 second', 1, now()
     FROM (SELECT series_id FROM readings LIMIT 1) AS one, generate_series(1, 200000) AS n`,
  );
  const folder = await useFolder();
  const command = startCli(['export', join(folder, 'x.csv')], { DATABASE_URL: url });
  await poll(async () => (await readdir(folder)).length > 0);
  command.interrupt();
  expect((await command.ended).code).toBe(130);
  expect(await readdir(folder)).toEqual([]);
});
