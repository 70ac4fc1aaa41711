import { randomBytes } from 'node:crypto';
import { Client, Pool } from 'pg';
import { inject, onTestFinished } from 'vitest';

/** A database of a test's own, migrated and empty. */
export interface TestDatabase {
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly database: string;
  };
  /** As DATABASE_URL takes it. */
  readonly url: string;
  readonly pool: Pool;
  /** Ends the pool and removes the database, with whoever is still connected. */
  drop(): Promise<void>;
}

/** Clones the migrated template on the server that all tests share. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgres');
  const database = `test_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${database} TEMPLATE thermograph_template`);
  const connection = { ...server, database };
  const pool = new Pool({ ...connection, max: 5 });
  // `drop` ends connections by force.
  pool.on('error', () => {});
  return {
    connection,
    url: `postgres://${server.user}@/${database}?host=${encodeURIComponent(server.host)}&port=${server.port}`,
    pool,
    async drop() {
      await pool.end();
      await administer(server, `DROP DATABASE ${database} WITH (FORCE)`);
    },
  };
}

/** {@link createTestDatabase}, dropped when the test ends. */
export async function useTestDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  return database;
}

async function administer(
  server: { readonly host: string; readonly port: number; readonly user: string },
  statement: string,
): Promise<void> {
  const client = new Client({ ...server, database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
