import { Client } from 'pg';
import type { Logger } from 'pino';
import { appliedMigrations, knownMigrations, type MigrationLog, migrate } from '../migrate.ts';
import type { Connection } from '../pool.ts';
import { quoteName } from './copy-out.ts';
import { BackupError, damaged, notABackup } from './error.ts';
import type { Contents, Manifest } from './format.ts';
import { loadBackup, notEmpty } from './load.ts';
import type { BackupPart } from './read.ts';
import { BACKUP_TABLES } from './tables.ts';

const CONNECT_TIMEOUT_MS = 10_000;

export interface RestoreOptions {
  /** To a database that nobody else works with. */
  readonly connection: Connection;
  readonly log: MigrationLog;
  readonly onRows?: (rows: number) => void;
}

export interface Restored {
  readonly manifest: Manifest;
  readonly contents: Contents;
}

/**
 * Restores a backup into an empty database: brings the schema to where it was, loads all in one transaction, and then brings the schema up to
 * date. Ended in the middle, it leaves an empty database, into which it can be restored again.
 * @throws BackupError, DatabaseError; what the database reports, or `parts` throws
 */
export async function restoreBackup(
  parts: AsyncIterable<BackupPart>,
  options: RestoreOptions,
): Promise<Restored> {
  const { connection, log } = options;
  const iterator = parts[Symbol.asyncIterator]();
  try {
    const first = await iterator.next();
    if (first.done || first.value.kind !== 'manifest') throw damaged('its manifest is missing');
    const { manifest } = first.value;
    await checkKnown(manifest);
    const rest: AsyncIterable<BackupPart> = { [Symbol.asyncIterator]: () => iterator };
    const contents = await withClient(connection, log, async (client) => {
      const applied = await appliedMigrations(client);
      const isBeginning = applied.every((name, index) => name === manifest.migrations[index]);
      if (!isBeginning) throw notEmpty(`its schema is newer than that of the backup (${applied.at(-1)})`);
      await migrate(connection, log, manifest.migrations.length);
      const loaded = await loadBackup(client, manifest, rest, options.onRows);
      await migrate(connection, log);
      // Without it the planner knows nothing of the tables until the next autovacuum.
      for (const { name } of manifest.tables) await analyze(client, name);
      return loaded;
    });
    return { manifest, contents };
  } finally {
    await iterator.return?.(undefined);
  }
}

/** @throws BackupError when a newer program is needed, or it is of tables that are none of ours */
export async function checkKnown({ migrations, tables, thermograph }: Manifest): Promise<void> {
  const known = await knownMigrations();
  if (migrations.every((name, index) => name === known[index])) {
    const other = tables.find(({ name }) => !BACKUP_TABLES.includes(name));
    if (other === undefined) return;
    throw notABackup(`it has a table ${other.name}`);
  }
  throw new BackupError(
    'backup-too-new',
    `The backup was taken by Thermograph ${thermograph}, whose database (${migrations.at(-1)}) this version does not know.`,
    'Restore it with that version, or a newer one.',
  );
}

async function analyze(client: Client, table: string): Promise<void> {
  const { rowCount } = await client.query('SELECT WHERE to_regclass($1) IS NOT NULL', [quoteName(table)]);
  if (rowCount === 1) await client.query(`ANALYZE ${quoteName(table)}`);
}

async function withClient<T>(
  connection: Connection,
  log: Pick<Logger, 'warn'>,
  use: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    ...connection,
    application_name: 'thermograph restore',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  client.on('error', ({ message }) => log.warn({ reason: message }, 'the connection for a restore broke'));
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
