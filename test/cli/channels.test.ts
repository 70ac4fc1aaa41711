import { expect, test } from 'vitest';
import { runCli, runHere, runJson } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';

interface Keys {
  readonly id: number;
  readonly writeKey: string;
  readonly readKey: string;
}

const REMOVE = ['channels', 'remove', '254616'];
const ADD = ['channels', 'add', '--id', '254616', '--name', 'Freetemp', '--field1', 'outside:temperature'];

test('a channel is added, listed and removed; its keys are kept as hashes', async () => {
  const { url, pool } = await useTestDatabase();
  const env = { DATABASE_URL: url };
  const { id, writeKey, readKey } = await runJson<Keys>(
    [...ADD, '--field2', 'inside:temperature:Inside °C'],
    env,
  );
  expect(id).toBe(254616);
  expect(new Set([writeKey, readKey].map((key) => /^[\w-]{22}$/.test(key)))).toEqual(new Set([true]));
  expect(writeKey).not.toBe(readKey);
  const { rows } = await pool.query(
    `SELECT write_key_hash = sha256(convert_to($1, 'UTF8')) AS write, read_key_hash = sha256(convert_to($2, 'UTF8')) AS read
     FROM channels`,
    [writeKey, readKey],
  );
  expect(rows).toEqual([{ write: true, read: true }]);
  expect(await runJson(['channels', 'list'], env)).toEqual({
    channels: [
      {
        id: 254616,
        name: 'Freetemp',
        isPublic: true,
        createdAt: expect.any(String),
        fields: [
          { field: 1, station: 'outside', metric: 'temperature', label: 'outside temperature' },
          { field: 2, station: 'inside', metric: 'temperature', label: 'Inside °C' },
        ],
      },
    ],
  });
  const again = await runCli(ADD, env);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('channel 254616 already') });
});

test('a channel is removed with its entries when --yes says so, and the readings of its stations stay', async () => {
  const { url, pool } = await useTestDatabase();
  const env = { DATABASE_URL: url };
  await runJson(ADD, env);
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: null }, [
    { measuredAt: 1e15, value: 1 },
  ]);
  await pool.query(`INSERT INTO channel_entries (channel_id, entry_id, created_at, received_at, has_own_time, fields)
    SELECT 254616, n, now(), now(), false, '{"1":"1"}' FROM generate_series(1, 3) AS n`);
  const left = async () =>
    (
      await pool.query(
        `SELECT (SELECT count(*)::int FROM channels) AS channels, (SELECT count(*)::int FROM channel_entries) AS entries,
           (SELECT count(*)::int FROM readings) AS readings`,
      )
    ).rows[0] as object;
  const counts = { id: 254616, name: 'Freetemp', fields: 1, entries: 3 };
  expect(await runJson([...REMOVE, '--dry-run'], env)).toEqual({ ...counts, isRemoved: false });
  // Nobody can be asked.
  expect(await runCli(REMOVE, env)).toMatchObject({ code: 2, stderr: expect.stringContaining('say --yes') });
  expect(await left()).toEqual({ channels: 1, entries: 3, readings: 1 });
  expect(await runCli([...REMOVE, '--yes'], env)).toEqual({
    code: 0,
    stdout:
      'Of channel 254616 (Freetemp) are gone: its keys, and all of its entries: 3. The readings of its stations stay.\n',
    stderr: '',
  });
  expect(await left()).toEqual({ channels: 0, entries: 0, readings: 1 });
  const again = await runCli([...REMOVE, '--yes'], env);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no channel 254616.') });
});

test.each([
  ['254616', 0, 0],
  ['yes', 1, 1],
  ['', 1, 1],
])('on a terminal the ID is to be typed to remove a channel: %j', async (typed, code, left) => {
  const { url, pool } = await useTestDatabase();
  await pool.query(
    "INSERT INTO channels (id, name, write_key_hash, read_key_hash) VALUES (254616, 'x', sha256('w'), sha256('r'))",
  );
  const ended = await runHere(
    REMOVE,
    { DATABASE_URL: url },
    { isTerminal: true, mayOpen: true, input: `${typed}\n` },
  );
  expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining('Type 254616 to go on:')]);
  expect((await pool.query('SELECT FROM channels')).rowCount).toBe(left);
});

test('keys are replaced, both or the one that is named, and shown once', async () => {
  const { url, pool } = await useTestDatabase();
  const env = { DATABASE_URL: url };
  const first = await runJson<Keys>(ADD, env);
  const both = await runJson<Keys>(['channels', 'rotate', '254616'], env);
  const write = await runJson<Keys>(['channels', 'rotate', '254616', '--write'], env);
  const read = await runJson<Keys>(['channels', 'rotate', '254616', '--read'], env);
  expect([Object.keys(both), Object.keys(write), Object.keys(read)]).toEqual([
    ['id', 'writeKey', 'readKey'],
    ['id', 'writeKey'],
    ['id', 'readKey'],
  ]);
  const keys = [first, both, write, read].flatMap(({ writeKey, readKey }) => [writeKey, readKey]);
  expect(new Set(keys.filter((key) => key !== undefined)).size).toBe(6);
  const { rows } = await pool.query(
    `SELECT write_key_hash = sha256(convert_to($1, 'UTF8')) AS write, read_key_hash = sha256(convert_to($2, 'UTF8')) AS read
     FROM channels`,
    [write.writeKey, read.readKey],
  );
  expect(rows).toEqual([{ write: true, read: true }]);
  const { stdout } = await runCli(['channels', 'rotate', '254616', '--read'], env);
  expect(stdout).toMatch(/^The channel 254616 has new keys[^]*\n {2}Read key {2}[\w-]{22}\n/);
  expect(stdout).not.toContain('Write key');
  const unknown = await runCli(['channels', 'rotate', '1'], env);
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('There is no channel 1.') });
});

test('whatever id is added can be removed', async () => {
  const env = { DATABASE_URL: (await useTestDatabase()).url };
  const largest = '2147483647';
  await runJson(['channels', 'add', '--id', largest, '--name', 'x', '--field1', 'a:b'], env);
  const removed = await runJson(['channels', 'remove', largest, '--yes'], env);
  expect(removed).toMatchObject({ id: Number(largest), isRemoved: true });
});

test('a key that a board has already is taken over', async () => {
  const env = { DATABASE_URL: (await useTestDatabase()).url };
  const given = await runJson<Keys>([...ADD, '--private', '--write-key', 'ABCDEFGH12345678'], env);
  expect(given.writeKey).toBe('ABCDEFGH12345678');
  const list = await runCli(['channels', 'list'], env);
  expect(list.stdout).toMatch(/254616 +Freetemp +read key +1=outside:temperature/);
  expect(list.stdout).not.toContain('ABCDEFGH12345678');
});

test.each([
  [
    ['channels', 'add'],
    ['--id must be', '--name is missing', 'needs a field'],
  ],
  [
    ['channels', 'add', '--id', '0', '--name', 'x', '--field1', 'outside'],
    ['--id must be', '--field1 must be'],
  ],
  [[...ADD, '--field2', 'outside:temperature'], ['the same series']],
  [
    [...ADD, '--write-key', 'short', '--latitude', 'north'],
    ['--write-key must be', '--latitude must be'],
  ],
  [['channels', 'remove', 'x'], ['ID must be']],
  [['channels', 'remove', '7'], ['--dry-run']],
  [['channels', 'remove', '7', '--json'], ['--dry-run']],
  [['channels', 'rotate', '0'], ['ID must be']],
  [['channels', 'remove', '2147483648'], ['ID must be']],
])('%j is wrong use, and opens no database', async (args, told) => {
  const { code, stderr } = await runHere(args, {});
  expect(code).toBe(2);
  for (const text of told) expect(stderr).toContain(text);
  // One that is written wrong is not missing, too.
  expect(stderr.includes('needs a field')).toBe(told.includes('needs a field'));
});
