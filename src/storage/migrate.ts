import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { inProjectFolder } from '../project-folder.ts';
import type { Connection } from './pool.ts';
import type { Queryable } from './queryable.ts';

const MIGRATIONS_DIR = inProjectFolder('migrations');
const MIGRATIONS_TABLE = 'thermograph_migrations';
const CONNECT_TIMEOUT_MS = 10_000;
/** Long, for a migration of years of readings; not for ever, for a line may have broken without a word. */
const QUERY_TIMEOUT_MS = 30 * 60_000;
/** Where it is told what is done. */
export type MigrationLog = Pick<Logger, 'info' | 'warn' | 'error'>;

const OLDEST_SERVER = 140_000;
const BEHIND_PATIENCE_MS = 5_000;
const BEHIND_POLL_MS = 100;

/** A database that can't be used, with what the owner can do. */
export class DatabaseError extends Error {
  readonly code: 'database-too-old' | 'database-too-new' | 'database-behind' | 'migration-failed';
  readonly hint: string;

  constructor(code: DatabaseError['code'], message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DatabaseError';
    this.code = code;
    this.hint = hint;
  }
}

/**
 * Brings the schema up to date, under the migrations' advisory lock: of several services that start at once one
 * migrates and the others wait for it.
 * @param most how many of all migrations are to have been done then; all unless told
 * @throws DatabaseError when the server is older than 14, the schema is of a newer Thermograph, or a migration fails; pg's own error when it can't be reached
 */
export async function migrate(connection: Connection, log: MigrationLog, most?: number): Promise<void> {
  await withClient(connection, log, async (client) => {
    await checkVersion(client);
    if (await isBehind(client)) await runMigrations(client, log, most);
  });
}

/** All that there are, in order. */
export async function knownMigrations(): Promise<readonly string[]> {
  return (await readdir(MIGRATIONS_DIR)).map((file) => basename(file, '.sql')).toSorted();
}

/** Those that have been done to a database, in order. @throws what the database reports */
export async function appliedMigrations(client: Queryable): Promise<readonly string[]> {
  const table = await client.query({
    text: 'SELECT WHERE to_regclass($1) IS NOT NULL',
    values: [MIGRATIONS_TABLE],
  });
  if (table.rowCount === 0) return [];
  const { rows } = await client.query<{ name: string }>({
    text: `SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`,
  });
  return rows.map(({ name }) => name);
}

/**
 * For those who work beside a service, which has the schema to itself: waits for a moment if it is about to bring it up to date.
 * @throws DatabaseError `database-behind`, `database-too-new`; pg's own error when it can't be reached
 */
export async function awaitSchema(connection: Connection, log: MigrationLog): Promise<void> {
  await withClient(connection, log, async (client) => {
    const until = performance.now() + BEHIND_PATIENCE_MS;
    while (await isBehind(client)) {
      if (performance.now() > until) throw behind();
      await pause(BEHIND_POLL_MS);
    }
  });
}

async function withClient(
  connection: Connection,
  log: MigrationLog,
  use: (client: Client) => Promise<void>,
): Promise<void> {
  const client = new Client({
    ...connection,
    application_name: 'thermograph migrations',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', (error) => log.warn({ err: error }, 'the connection for migrations broke'));
  await client.connect();
  try {
    await use(client);
  } finally {
    await client.end();
  }
}

async function checkVersion(client: Client): Promise<void> {
  const { rows } = await client.query<{ number: string; name: string }>(
    `SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name`,
  );
  const version = rows[0]!;
  if (Number(version.number) >= OLDEST_SERVER) return;
  throw new DatabaseError(
    'database-too-old',
    `The database is PostgreSQL ${version.name}.`,
    'Use PostgreSQL 14 or newer, or unset DATABASE_URL to use the embedded one.',
  );
}

/** `none`: no Thermograph has used the database. */
export type SchemaState = 'none' | 'behind' | 'current' | 'newer';

/** Where the schema is, as far as this version can tell; changes nothing. @throws what the database reports */
export async function readSchemaState(database: Queryable): Promise<SchemaState> {
  const { lacksSome, isNone, unknown } = await compareMigrations(database);
  if (isNone) return 'none';
  if (unknown !== undefined) return 'newer';
  return lacksSome ? 'behind' : 'current';
}

/** Whether there are migrations to run. Most starts have none, and loading what runs them takes 0.2 s. */
async function isBehind(client: Client): Promise<boolean> {
  const { lacksSome, unknown } = await compareMigrations(client);
  if (unknown === undefined) return lacksSome;
  throw new DatabaseError(
    'database-too-new',
    `The database has been brought up to ${unknown}, which this version of Thermograph does not know.`,
    'Start the version that it was last used with, or a newer one.',
  );
}

interface Compared {
  readonly lacksSome: boolean;
  readonly isNone: boolean;
  /** One that this version does not have. */
  readonly unknown: string | undefined;
}

async function compareMigrations(database: Queryable): Promise<Compared> {
  const known = await knownMigrations();
  const applied = await appliedMigrations(database);
  const unknown = applied.find((name) => !known.includes(name));
  return { lacksSome: applied.length < known.length, isNone: applied.length === 0, unknown };
}

function behind(): DatabaseError {
  return new DatabaseError(
    'database-behind',
    'The service that runs on this database is of an older version than this command.',
    'Start the service again: it brings its database up to date then.',
  );
}

async function runMigrations(client: Client, log: MigrationLog, most?: number): Promise<void> {
  const count = most === undefined ? Infinity : most - (await appliedMigrations(client)).length;
  if (count <= 0) return;
  try {
    const { runner } = await import('node-pg-migrate');
    const done = await runner({
      dbClient: client,
      dir: MIGRATIONS_DIR,
      direction: 'up',
      count,
      migrationsTable: MIGRATIONS_TABLE,
      advisoryLockMode: 'wait',
      logger: { debug() {}, info() {}, warn: (text) => log.warn(text), error: (text) => log.error(text) },
    });
    if (done.length > 0)
      log.info({ migrations: done.map(({ name }) => name) }, 'the schema was brought up to date');
  } catch (error) {
    throw new DatabaseError(
      'migration-failed',
      `A migration of the database failed: ${firstLineOf(error)}`,
      'Nothing was changed by it. Look at the cause above; the database user must own its schema.',
      error,
    );
  }
}

/** node-pg-migrate puts the stack of what failed behind it. */
function firstLineOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!;
}
