import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSecret, DEFAULT_FILTERS, hashSecret } from '../../src/access/credential.ts';
import {
  addCredential,
  type NewCredential,
  readCredentials,
  revokeCredential,
  rotateCredential,
} from '../../src/storage/credentials-query.ts';
import { readServiceSecret } from '../../src/storage/service-secret.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';

function fresh(name: string, kind: NewCredential['kind'] = 'station'): NewCredential {
  return {
    kind,
    name,
    filters: kind === 'integrator' ? DEFAULT_FILTERS : [],
    secretHash: hashSecret(createSecret()),
  };
}

test('what was added is read back, in the order of names', async () => {
  const { pool } = await useTestDatabase();
  const grafana = await addCredential(pool, fresh('grafana', 'integrator'));
  const outside = await addCredential(pool, fresh('Outside'));
  expect(grafana).toMatchObject({ kind: 'integrator', name: 'grafana', filters: ['live/#', 'stations/#'] });
  expect(grafana.rotatedAt).toBeNull();
  expect(Math.abs(grafana.createdAt.getTime() - Date.now())).toBeLessThan(60_000);
  expect(await readCredentials(pool)).toEqual([outside, grafana]);
});

test('a name is given once, over all kinds, and the error says what to do', async () => {
  const { pool } = await useTestDatabase();
  await addCredential(pool, fresh('shed', 'integrator'));
  await expect(addCredential(pool, fresh('shed'))).rejects.toMatchObject({
    code: 'credential-exists',
    message: expect.stringContaining("an integrator's"),
    hint: expect.stringContaining('credentials rotate shed'),
  });
});

test('a rotation replaces the secret alone, and says when', async () => {
  const { pool } = await useTestDatabase();
  const before = await addCredential(pool, fresh('outside'));
  const secretHash = hashSecret(createSecret());
  const after = await rotateCredential(pool, 'outside', secretHash);
  expect(after).toEqual({ ...before, secretHash, rotatedAt: expect.any(Date) });
  expect(await readCredentials(pool)).toEqual([after]);
});

test('an id is never given again', async () => {
  const { pool } = await useTestDatabase();
  const first = await addCredential(pool, fresh('outside'));
  expect(await revokeCredential(pool, 'outside')).toEqual(first);
  const second = await addCredential(pool, fresh('outside'));
  expect(second.id).toBeGreaterThan(first.id);
});

test('what does not exist can be neither rotated nor revoked', async () => {
  const { pool } = await useTestDatabase();
  const unknown = { code: 'credential-unknown', hint: expect.stringContaining('credentials list') };
  await expect(rotateCredential(pool, 'nobody', hashSecret('x'))).rejects.toMatchObject(unknown);
  await expect(revokeCredential(pool, "x' OR true --")).rejects.toMatchObject(unknown);
});

describe('the table', () => {
  test.each([
    ['a name with a slash', "('station', 'a/b', sha256('a'))"],
    ['a name with a line feed at its end', "('station', E'a\\n', sha256('a'))"],
    ['a name of 65 characters', "('station', repeat('a', 65), sha256('a'))"],
    ['an empty name', "('station', '', sha256('a'))"],
    ['an unknown kind', "('owner', 'a', sha256('a'))"],
    ['a secret that is not hashed', "('station', 'a', 'secret')"],
  ])('refuses %s', async (_, row) => {
    const { pool } = await useTestDatabase();
    const insert = `INSERT INTO credentials (kind, name, secret_hash) VALUES ${row}`;
    await expect(pool.query(insert)).rejects.toMatchObject({ code: '23514' });
  });

  test('tells of every kind of change, and not of reading', async () => {
    const database = await useTestDatabase();
    const told = await listen(database);
    const changes = [
      () => addCredential(database.pool, fresh('a')),
      () => rotateCredential(database.pool, 'a', hashSecret('b')),
      () => revokeCredential(database.pool, 'a'),
      () => database.pool.query('TRUNCATE credentials'),
    ];
    for (const [index, change] of changes.entries()) {
      await change();
      await poll(() => told.length === index + 1);
    }
    await readCredentials(database.pool);
    await database.pool.query('NOTIFY thermograph_credentials, $$last$$');
    await poll(() => told.at(-1) === 'last');
    expect(told).toEqual(['', '', '', '', 'last']);
  });
});

async function listen({ connection }: TestDatabase): Promise<readonly string[]> {
  const client = new Client(connection);
  await client.connect();
  onTestFinished(() => client.end());
  const told: string[] = [];
  client.on('notification', ({ channel, payload }) => {
    expect(channel).toBe('thermograph_credentials');
    told.push(payload ?? '');
  });
  await client.query('LISTEN thermograph_credentials');
  return told;
}

test('everyone who asks for a secret of the service at once gets the same one, and each name has its own', async () => {
  const { pool } = await useTestDatabase();
  const secrets = await Promise.all([1, 2, 3, 4].map(() => readServiceSecret(pool, 'cookies')));
  expect(secrets[0]).toHaveLength(32);
  expect(new Set(secrets.map((secret) => secret.toString('hex'))).size).toBe(1);
  expect(await readServiceSecret(pool, 'cookies')).toEqual(secrets[0]);
  expect(await readServiceSecret(pool, 'other')).not.toEqual(secrets[0]);
});
