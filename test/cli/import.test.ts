import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { runCli, runHere, runJson } from '../support/cli.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { startProgram, useFolder } from '../support/program.ts';

const HEAD = 'station,metric,unit,measuredAt,value,receivedAt\r\n';
const LINES =
  'outside,temperature,°C,2026-11-01T10:00:00.000Z,21.5,2026-11-01T10:00:01.000Z\r\n' +
  'outside,temperature,°C,2026-11-01T10:00:00.000001Z,-3,2026-11-01T10:00:01.000001Z\r\n';

async function countReadings({ pool }: TestDatabase): Promise<number> {
  return (await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM readings')).rows[0]!.n;
}

test('readings are imported from a file, compressed or not, and from standard input; once', async () => {
  const database = await useTestDatabase();
  const env = { DATABASE_URL: database.url };
  const file = join(await useFolder(), 'all.csv.gz');
  await writeFile(file, gzipSync(`\u{feff}${HEAD}${LINES}`));
  expect(await runJson(['import', file], env)).toEqual({
    file,
    lines: 2,
    stored: 2,
    duplicates: 0,
    rejected: 0,
    due: 0,
    rejectedFile: null,
    reasons: {},
    seconds: expect.any(Number),
  });
  const again = await runCli(['import', '-'], env, HEAD + LINES.replaceAll('\r', ''));
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(again.stdout).toMatch(/^0 readings are stored, 2 were there already \(/);
  expect(await countReadings(database)).toBe(2);
  const empty = await runCli(['import', '-'], env, '');
  expect([empty.code, empty.stderr]).toEqual([1, expect.stringContaining('Standard input is empty')]);
  expect((await runCli(['import', '-'], env, HEAD)).stdout).toMatch(/^0 readings are stored/);
  // As an export of nothing is.
  await writeFile(file.replace('csv.gz', 'ndjson'), '');
  expect(await runCli(['import', file.replace('csv.gz', 'ndjson')], env)).toMatchObject({ code: 0 });
});

test('lines that are not understood are told, counted and kept where they can be mended', async () => {
  const database = await useTestDatabase();
  const env = { DATABASE_URL: database.url };
  const folder = await useFolder();
  const file = join(folder, 'all.csv');
  const bad = 'outside,temperature,°C,2026-11-01T10:00:02Z,warm,';
  const mismatch = 'outside,temperature,hPa,2026-11-01T10:00:03Z,1,';
  await writeFile(file, `${HEAD}${LINES}${bad}\n${mismatch}\n"open`);
  const { code, stdout, stderr } = await runCli(['import', file], env);
  expect([code, stdout]).toEqual([3, expect.stringContaining('2 readings are stored')]);
  expect(stderr).toContain('line 4: value-not-a-number: "warm" is not a number\n');
  expect(stderr).toContain('line 5: unit-mismatch: temperature: "hPa" ');
  expect(stderr).toContain('line 6: payload-not-understood: a quote is not closed\n');
  expect(stderr).toContain('3 of 5 lines were rejected, or a part of them: ');
  expect(stderr).toContain(`They are in ${file}.rejected`);
  const kept = await readFile(`${file}.rejected`, 'utf8');
  expect(kept.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
    HEAD.trim(),
    bad,
    mismatch,
    '"open',
    '',
  ]);
  expect(kept).toContain('# line 4: value-not-a-number: "warm" is not a number\n');

  const mended = kept.replaceAll('warm', '20').replace(mismatch, '').replace('"open', '');
  await writeFile(`${file}.rejected`, mended);
  expect(await runJson(['import', `${file}.rejected`], env)).toMatchObject({ lines: 1, stored: 1 });
  const json = await runCli(['import', file, '--json'], env);
  expect(json.code).toBe(3);
  expect(JSON.parse(json.stdout)).toMatchObject({
    stored: 0,
    duplicates: 2,
    rejected: 3,
    rejectedFile: `${file}.rejected.2`,
    reasons: { 'value-not-a-number': 1, 'unit-mismatch': 1, 'payload-not-understood': 1 },
  });
  expect(await readFile(`${file}.rejected`, 'utf8')).toBe(mended);
  expect(await countReadings(database)).toBe(3);
});

test('where there is no room for all lines that are rejected, it is told, and does not pass for done', async () => {
  const database = await useTestDatabase();
  const folder = await useFolder();
  const file = join(folder, 'all.csv');
  const bad = Array.from(
    { length: 100 },
    (_, index) => `outside,temperature,,2026-11-01T10:00:00Z,warm ${index},`,
  );
  await writeFile(file, `${HEAD}${LINES}${bad.join('\n')}\n`);
  // A limit in blocks of 512 bytes, beyond which writing fails as on a disk that is full.
  const limited = ['-c', 'ulimit -f 2 && exec "$@"', 'sh', process.execPath, 'dist/src/thermograph.js'];
  const { status, stderr } = spawnSync('sh', [...limited, 'import', file], {
    env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain(`${file}.rejected, for lines that are rejected, could not be written: `);
  expect(stderr).toContain('2 readings of it are in the database; the same command stores the rest.');
  const none = await runCli(['import', file, '--rejected', join(folder, 'none', 'bad.csv')], {
    DATABASE_URL: database.url,
  });
  expect([none.code, none.stderr]).toEqual([
    1,
    expect.stringContaining('Make room, or name another one with --rejected.'),
  ]);
});

test('--strict ends at the first line that is rejected, and --rejected keeps lines of standard input', async () => {
  const database = await useTestDatabase();
  const env = { DATABASE_URL: database.url };
  const input = `${HEAD}${LINES}outside,temperature,°C,2026-11-01T10:00:02Z,warm,\n`;
  const strict = await runCli(['import', '-', '--strict'], env, input);
  expect([strict.code, strict.stdout]).toEqual([1, '']);
  expect(strict.stderr).toContain('Line 4 was rejected: value-not-a-number: "warm" is not a number.');
  const lost = await runCli(['import', '-'], env, input);
  expect([lost.code, lost.stderr]).toEqual([3, expect.stringContaining('Give --rejected FILE to keep them')]);
  const file = join(await useFolder(), 'bad.csv');
  expect((await runCli(['import', '-', '--rejected', file], env, input)).code).toBe(3);
  expect(await readFile(file, 'utf8')).toContain(',warm,');
});

test('what is no file of readings is told, and nothing of it stored', async () => {
  const database = await useTestDatabase();
  const env = { DATABASE_URL: database.url };
  const folder = await useFolder();
  const ask = async (name: string, content: string | Buffer, ...more: string[]) => {
    await writeFile(join(folder, name), content);
    const { code, stderr } = await runCli(['import', join(folder, name), ...more], env);
    expect(stderr).not.toContain('    at ');
    return [code, stderr];
  };
  const header = 'station,metric,measuredAt,value';
  const reading = 'outside,temperature,2026-11-01T00:00:00Z,1';
  expect(await ask('mac.csv', `${header}\r${reading}\r`)).toEqual([
    1,
    expect.stringContaining('end with CR alone'),
  ]);
  expect(await ask('twice.csv', `${header},value\n${reading},2\n`)).toEqual([
    1,
    expect.stringContaining('Two columns are named "value"'),
  ]);
  expect(await ask('a.csv', 'a;b\n1;2\n')).toEqual([
    1,
    expect.stringContaining('names no columns that are known'),
  ]);
  expect(await ask('b.csv', HEAD + LINES, '--field1', 'a:b')).toEqual([
    2,
    expect.stringContaining('for files of ThingSpeak'),
  ]);
  expect(await ask('c.csv', 'created_at,entry_id,field1\n')).toEqual([
    2,
    expect.stringContaining('--channel ID'),
  ]);
  const packed = gzipSync(HEAD + LINES);
  expect(await ask('d.csv.gz', packed.subarray(0, -12))).toEqual([
    1,
    expect.stringContaining('It is damaged'),
  ]);
  const missing = await runCli(['import', join(folder, 'missing.csv')], env);
  expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('See whether it is there')]);
});

test.each([
  [['import', 'x', '--channel', 'y'], "--channel must be a channel's number"],
  [['import', 'x', '--channel', '2147483648'], 'from 1 to 2147483647'],
  [['import', 'x', '--channel', '1', '--field1', 'a:b'], 'exclude each other'],
  [['import', 'x', '--field1', 'a'], '--field1 must be a station and a metric'],
])('%j is wrong use: %s', async (args, told) => {
  const { code, stdout, stderr } = await runHere(args, { DATA_DIR: 'package.json' });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(told);
});

test('what ThingSpeak exports goes where the fields of its channel go', async () => {
  const database = await useTestDatabase();
  const env = { DATABASE_URL: database.url };
  const fields = ['--field1', 'outside:temperature', '--field2', 'inside:temperature'];
  await runJson(['channels', 'add', '--id', '12', '--name', 'x', ...fields], env);
  const file = join(await useFolder(), 'feeds.csv');
  await writeFile(
    file,
    'created_at,entry_id,field1,field2,field3,latitude,longitude,elevation,status\n' +
      '2021-02-18 21:46:23 UTC,1,6.000000,12.5,7,,,,"two\nlines"\n' +
      '2023-01-06T17:44:16+01:00,2,,13.000000,,,,,\n',
  );
  const { code, stdout, stderr } = await runCli(['import', file, '--channel', '12'], env);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^3 readings are stored, 0 were there already/)]);
  expect(stderr).toBe('Of no series, and left out: field3.\n');
  const { rows } = await database.pool.query(
    `SELECT station, metric, unit, to_char(measured_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS time, value
     FROM readings_view ORDER BY measured_at, value`,
  );
  expect(rows).toEqual([
    { station: 'outside', metric: 'temperature', unit: '°C', time: '2021-02-18 21:46:23', value: 6 },
    { station: 'inside', metric: 'temperature', unit: '°C', time: '2021-02-18 21:46:23', value: 12.5 },
    { station: 'inside', metric: 'temperature', unit: '°C', time: '2023-01-06 16:44:16', value: 13 },
  ]);
  expect(await runJson(['import', file, ...fields], env)).toMatchObject({ stored: 0, duplicates: 3 });
  const unknown = await runCli(['import', file, '--channel', '13'], env);
  expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('There is no channel 13')]);
});

test('both work without a service, and beside one, which takes what it is sent meanwhile', async () => {
  const env = { DATA_DIR: await useFolder() };
  const [file, copy] = [join(env.DATA_DIR, 'in.csv'), join(env.DATA_DIR, 'out.csv')];
  await writeFile(file, HEAD + LINES);
  const alone = await runCli(['import', file], env);
  expect([alone.code, alone.stderr]).toEqual([0, expect.stringContaining('There was no database')]);
  const service = await startProgram(env);
  await writeFile(file, HEAD + LINES.replaceAll('outside', 'inside'));
  expect(await runJson(['import', file], env)).toMatchObject({ stored: 2, duplicates: 0 });
  const posted = await fetch(`http://127.0.0.1:${service.httpPort}/api/stations/inside/readings`, {
    method: 'POST',
    body: '{"temperature":1}',
  });
  expect(posted.status).toBe(201);
  expect(await runJson(['export', copy, '--station', 'inside'], env)).toMatchObject({ readings: 3 });
  const text = await readFile(copy, 'utf8');
  expect(text).toContain(LINES.replaceAll('outside', 'inside'));
});

test('a running service shows what was imported: new stations, newer readings, and the low of the day', async () => {
  const env = { DATA_DIR: await useFolder(), TIME_ZONE: 'UTC' };
  const service = await startProgram(env);
  const ask = async (path: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${service.httpPort}${path}`)).text();
  const importText = async (readings: readonly (readonly [ageMs: number, value: number])[]) => {
    const now = Date.now();
    const lines = readings.map(
      ([ageMs, value]) => `shed,temperature,°C,${new Date(now - ageMs).toISOString()},${value},\r\n`,
    );
    expect(await runCli(['import', '-'], env, HEAD + lines.join(''))).toMatchObject({ code: 0 });
  };
  await importText([[9_000_000, 4]]);
  await poll(async () => (await ask('/api/stations')).includes('"value":4'));
  await importText([
    [2, -77.3],
    [1, 8.6],
  ]);
  await poll(async () => (await ask('/api/stations')).includes('"value":8.6'));
  await poll(async () => (await ask('/')).includes('77.3'));
  // What is older than what is known stays where it is.
  await importText([[8_000_000, 5]]);
  await runCli(['station', 'edit', 'shed', '--title', 'Heard of'], env);
  await poll(async () => (await ask('/api/stations')).includes('Heard of'));
  expect(await ask('/api/stations')).toContain('"value":8.6');
  expect(await runCli(['station', 'remove', 'shed', '--yes'], env)).toMatchObject({ code: 0 });
  await poll(async () => (await ask('/api/stations')) === '{"stations":[]}');
});

test('a file that can not be read is told before a database is opened, or made for it', async () => {
  const folder = await useFolder();
  const { code, stderr } = await runHere(['import', join(folder, 'none.csv')], {
    DATA_DIR: join(folder, 'data'),
  });
  expect([code, stderr]).toEqual([1, expect.stringContaining('none.csv could not be read: ENOENT')]);
  expect(await readdir(folder)).toEqual([]);
});
