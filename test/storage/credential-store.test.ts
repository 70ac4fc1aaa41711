import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createSecret, hashSecret } from '../../src/access/credential.ts';
import type { CredentialChange } from '../../src/storage/credential-snapshot.ts';
import {
  type CredentialStore,
  type CredentialStoreOptions,
  createCredentialStore,
} from '../../src/storage/credential-store.ts';
import { addCredential, revokeCredential, rotateCredential } from '../../src/storage/credentials-query.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { useFreezableProxy } from '../support/freezable-proxy.ts';
import { poll } from '../support/poll.ts';

interface Watched {
  readonly store: CredentialStore;
  /** Every change but those in which nothing was different. */
  readonly changes: readonly Partial<CredentialChange>[];
  readonly logged: readonly string[];
}

function useStore(
  connection: CredentialStoreOptions['connection'],
  more: Partial<CredentialStoreOptions> = {},
): Watched {
  const changes: Partial<CredentialChange>[] = [];
  const logged: string[] = [];
  const store = createCredentialStore({
    connection,
    log: pino({}, { write: (line) => void logged.push(line) }),
    onChanged(change) {
      const different = Object.entries(change).filter(([, ids]) => ids.length > 0);
      if (different.length > 0) changes.push(Object.fromEntries(different));
    },
    ...more,
  });
  onTestFinished(() => store.close());
  return { store, changes, logged };
}

async function useKnownStore(connection: CredentialStoreOptions['connection']): Promise<Watched> {
  const watched = useStore(connection);
  watched.store.start();
  await poll(() => watched.store.isKnown());
  return watched;
}

/** Adds a station's credential. */
async function add({ pool }: TestDatabase, name: string): Promise<{ id: number; secret: string }> {
  const secret = createSecret();
  const added = { kind: 'station', name, filters: [], secretHash: hashSecret(secret) } as const;
  return { id: (await addCredential(pool, added)).id, secret };
}

const LISTENING =
  "SELECT pid, application_name FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'thermograph listens%'";

async function listeners({ pool, connection }: TestDatabase): Promise<readonly number[]> {
  const { rows } = await pool.query<{ pid: number }>(LISTENING, [connection.database]);
  return rows.map(({ pid }) => pid);
}

test('a name is recognised by its own secret alone, as text or as bytes', async () => {
  const database = await useTestDatabase();
  const outside = await add(database, 'outside');
  const inside = await add(database, 'inside');
  const { store } = await useKnownStore(database.connection);
  const credential = { id: outside.id, kind: 'station', name: 'outside', filters: [] };
  expect(store.byName('outside', outside.secret)).toEqual(credential);
  expect(store.byName('outside', Buffer.from(outside.secret))).toEqual(credential);
  expect(store.byName('outside', inside.secret)).toBeNull();
  expect(store.byName('outside', '')).toBeNull();
  expect(store.byName('nobody', outside.secret)).toBeNull();
  expect(store.byName('constructor', '')).toBeNull();
  expect(store.find(outside.id)).toEqual(credential);
  expect(store.find(outside.id + 1000)).toBeUndefined();
  expect([store.hasName('outside'), store.hasName('nobody')]).toEqual([true, false]);
});

test('a secret alone tells whose it is', async () => {
  const database = await useTestDatabase();
  const { id, secret } = await add(database, 'outside');
  const { store } = await useKnownStore(database.connection);
  expect(store.bySecret(secret)).toEqual({ id, kind: 'station', name: 'outside', filters: [] });
  expect(store.bySecret(`${secret}x`)).toBeNull();
  expect(store.bySecret('')).toBeNull();
});

test('before the start nobody is known', async () => {
  const database = await useTestDatabase();
  const { secret } = await add(database, 'outside');
  const { store } = useStore(database.connection);
  expect(store.isKnown()).toBe(false);
  expect([store.byName('outside', secret), store.bySecret(secret)]).toEqual([null, null]);
});

test('what another connection changes is known at once, and each change is told once', async () => {
  const database = await useTestDatabase();
  const first = await add(database, 'first');
  const { store, changes } = await useKnownStore(database.connection);
  const second = await add(database, 'second');
  await poll(() => store.bySecret(second.secret) !== null);
  await rotateCredential(database.pool, 'first', hashSecret('new'));
  await poll(() => store.byName('first', 'new') !== null);
  expect(store.byName('first', first.secret)).toBeNull();
  await database.pool.query(`UPDATE credentials SET filters = '{live/x/#}' WHERE name = 'second'`);
  await poll(() => store.find(second.id)?.filters.length === 1);
  await revokeCredential(database.pool, 'first');
  await poll(() => !store.hasName('first'));
  expect(store.bySecret('new')).toBeNull();
  expect(changes).toEqual([
    { added: [first.id] },
    { added: [second.id] },
    { rotated: [first.id] },
    { altered: [second.id] },
    { revoked: [first.id] },
  ]);
});

test('a listener that fails does not keep the next change from being heard', async () => {
  const database = await useTestDatabase();
  let calls = 0;
  const onChanged = (): void => {
    calls += 1;
    throw new Error('cutting failed');
  };
  const { store, logged } = useStore(database.connection, { onChanged });
  store.start();
  await poll(() => store.isKnown());
  const { secret } = await add(database, 'outside');
  await poll(() => store.bySecret(secret) !== null);
  expect(calls).toBe(2);
  expect(logged.join()).toContain('cutting failed');
  expect((await listeners(database)).length).toBe(1);
});

test('a killed connection is made again, and what changed meanwhile is told', async () => {
  const database = await useTestDatabase();
  const outside = await add(database, 'outside');
  const { store, changes, logged } = await useKnownStore(database.connection);
  const [pid] = await listeners(database);
  // Together, so that the change is committed when nobody listens.
  await database.pool.query(
    `DO $$ BEGIN PERFORM pg_terminate_backend(${pid}, 5000); DELETE FROM credentials; END $$`,
  );
  await poll(() => !store.hasName('outside'));
  expect(changes).toEqual([{ added: [outside.id] }, { revoked: [outside.id] }]);
  await poll(() => logged.length === 2);
  expect(logged[0]).toContain('not heard');
  expect(logged[1]).toContain('heard again');
});

test('what was read stays valid while it can not be read again, and the log says so once', async () => {
  const database = await useTestDatabase();
  const { secret } = await add(database, 'outside');
  const { store, logged } = await useKnownStore(database.connection);
  await database.pool.query('ALTER TABLE credentials RENAME TO hidden');
  await database.pool.query('SELECT pg_terminate_backend($1, 5000)', [...(await listeners(database))]);
  const attempts = new Set<number>();
  await poll(async () => {
    for (const pid of await listeners(database)) attempts.add(pid);
    return attempts.size >= 3;
  });
  expect(store.byName('outside', secret)).not.toBeNull();
  expect(logged).toHaveLength(1);
});

test('a silent line is found out, and what changed behind it is told when it speaks again', async () => {
  const database = await useTestDatabase();
  const { host, port } = database.connection;
  const proxy = await useFreezableProxy({ path: `${host}/.s.PGSQL.${port}` });
  const { id, secret } = await add(database, 'outside');
  const timings = { probeIntervalMs: 20, answerTimeoutMs: 200 };
  const through = { ...database.connection, host: '127.0.0.1', port: proxy.port };
  const { store, changes, logged } = useStore(through, { timings });
  store.start();
  await poll(() => store.isKnown());
  proxy.freeze();
  await revokeCredential(database.pool, 'outside');
  await poll(() => logged.length > 0);
  expect(store.byName('outside', secret)).not.toBeNull();
  proxy.thaw();
  await poll(() => !store.hasName('outside'));
  expect(changes).toEqual([{ added: [id] }, { revoked: [id] }]);
});

test('a store can be closed while its database is silent, and tells nothing afterwards', async () => {
  const database = await useTestDatabase();
  const { host, port } = database.connection;
  const proxy = await useFreezableProxy({ path: `${host}/.s.PGSQL.${port}` });
  proxy.freeze();
  const { store, changes, logged } = useStore({
    ...database.connection,
    host: '127.0.0.1',
    port: proxy.port,
  });
  store.start();
  await store.close();
  proxy.thaw();
  expect([changes, logged, store.isKnown()]).toEqual([[], [], false]);
});

test('a store that is started before the table is there reads it when it is', async () => {
  const database = await useTestDatabase();
  await database.pool.query('ALTER TABLE credentials RENAME TO hidden');
  const { store, logged } = useStore(database.connection);
  store.start();
  await poll(() => logged.length > 0);
  expect(store.isKnown()).toBe(false);
  await database.pool.query('ALTER TABLE hidden RENAME TO credentials');
  await poll(() => store.isKnown());
});

test('ten thousand credentials are read, and many changes at once are read together', async () => {
  const database = await useTestDatabase();
  await database.pool.query(
    `INSERT INTO credentials (kind, name, secret_hash)
     SELECT 'station', 'station-' || n, sha256(convert_to('secret-' || n, 'UTF8')) FROM generate_series(1, 10000) AS n`,
  );
  let readings = 0;
  const { store } = useStore(database.connection, { onChanged: () => void (readings += 1) });
  store.start();
  await poll(() => store.isKnown());
  expect(store.byName('station-10000', 'secret-10000')).toMatchObject({ name: 'station-10000' });
  expect(store.bySecret('secret-1')).toMatchObject({ name: 'station-1' });
  const changes = Array.from({ length: 200 }, (_, n) => add(database, `more-${n}`));
  const added = await Promise.all(changes);
  await poll(() => added.every(({ secret }) => store.bySecret(secret) !== null));
  expect(readings).toBeLessThan(100);
});
