import { expect, test } from 'vitest';
import { runCli, runHere, runJson } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';

interface Keys {
  readonly id: number;
  readonly writeKey: string;
  readonly readKey: string;
}

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
  expect(await runJson(['channels', 'remove', '254616'], env)).toEqual({ id: 254616 });
  expect((await runCli(['channels', 'remove', '254616'], env)).code).toBe(1);
}, 60_000);

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
}, 60_000);

test('whatever id is added can be removed', async () => {
  const env = { DATABASE_URL: (await useTestDatabase()).url };
  const largest = '2147483647';
  await runJson(['channels', 'add', '--id', largest, '--name', 'x', '--field1', 'a:b'], env);
  expect(await runJson(['channels', 'remove', largest], env)).toEqual({ id: Number(largest) });
}, 60_000);

test('a key that a board has already is taken over', async () => {
  const env = { DATABASE_URL: (await useTestDatabase()).url };
  const given = await runJson<Keys>([...ADD, '--private', '--write-key', 'ABCDEFGH12345678'], env);
  expect(given.writeKey).toBe('ABCDEFGH12345678');
  const list = await runCli(['channels', 'list'], env);
  expect(list.stdout).toMatch(/254616 +Freetemp +read key +1=outside:temperature/);
  expect(list.stdout).not.toContain('ABCDEFGH12345678');
}, 60_000);

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
  [['channels', 'rotate', '0'], ['ID must be']],
  [['channels', 'remove', '2147483648'], ['ID must be']],
])('%j is wrong use, and opens no database', async (args, told) => {
  const { code, stderr } = await runHere(args, {});
  expect(code).toBe(2);
  for (const text of told) expect(stderr).toContain(text);
});
