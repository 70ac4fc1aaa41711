import { createSecret, hashSecret, type CredentialKind } from '../../src/access/credential.ts';
import type { Config } from '../../src/config.ts';
import { addCredential, revokeCredential, rotateCredential } from '../../src/storage/credentials-query.ts';
import { type TestDatabase, useTestDatabase } from './database.ts';
import { poll } from './poll.ts';
import { useFolder } from './program.ts';
import { startOn, type TestService } from './service.ts';

/** A service that wants credentials, and some of them. */
export interface SecuredService extends TestService {
  /** By name: `outside` and `inside` are stations, `grafana` reads all, `shed` reads `live/outside/#`, `owner` is an admin. */
  readonly secrets: Record<string, string>;
  counters(): Readonly<Record<string, number>>;
  gauges(): Readonly<Record<string, number>>;
  revoke(name: string): Promise<void>;
  rotate(name: string): Promise<void>;
  narrow(name: string, filters: readonly string[]): Promise<void>;
  /** Starts it again, after it was closed, with what it has left. */
  restart(): Promise<SecuredService>;
  /** The same, while its database is away. */
  restartWithoutDatabase(): Promise<SecuredService>;
  /** Starts another one on the same database, with a folder of its own. */
  startAnother(): Promise<SecuredService>;
}

const CREDENTIALS: readonly (readonly [CredentialKind, name: string, filters: readonly string[]])[] = [
  ['station', 'outside', []],
  ['station', 'inside', []],
  ['integrator', 'grafana', ['live/#', 'stations/#']],
  ['integrator', 'shed', ['live/outside/#']],
  ['admin', 'owner', []],
];

/** Starts the service; it is stopped when the test ends. */
export async function useSecuredService(overrides: Partial<Config> = {}): Promise<SecuredService> {
  const database = await useTestDatabase();
  const secrets: Record<string, string> = {};
  for (const [kind, name, filters] of CREDENTIALS) {
    const secret = createSecret();
    secrets[name] = secret;
    await addCredential(database.pool, { kind, name, filters, secretHash: hashSecret(secret) });
  }
  const config = { allowAnonymous: false, dataDir: await useFolder(), ...overrides };
  return secure(database, secrets, config);
}

async function secure(
  database: TestDatabase,
  secrets: Record<string, string>,
  config: Partial<Config>,
): Promise<SecuredService> {
  const started = await startOn(database, config);
  const { service } = started;
  await poll(() => service.credentials.isKnown());
  const { pool } = database;
  return {
    ...started,
    secrets,
    counters: () => service.counters(),
    gauges: () => service.gauges(),
    async revoke(name) {
      await revokeCredential(pool, name);
    },
    async rotate(name) {
      secrets[name] = createSecret();
      await rotateCredential(pool, name, hashSecret(secrets[name]));
      const secret = secrets[name];
      await poll(() => service.credentials.byName(name, secret) !== null);
    },
    async narrow(name, filters) {
      await pool.query('UPDATE credentials SET filters = $2 WHERE name = $1', [name, filters]);
      await poll(() => service.credentials.byName(name, secrets[name]!)?.filters.length === filters.length);
    },
    restart: () => secure(database, secrets, config),
    restartWithoutDatabase: () =>
      secure(database, secrets, { ...config, databaseUrl: 'postgres://nobody@127.0.0.1:1/none' }),
    startAnother: async () => secure(database, secrets, { ...config, dataDir: await useFolder() }),
  };
}
