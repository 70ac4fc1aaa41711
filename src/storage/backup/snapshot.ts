import type { ClientBase } from 'pg';
import { knownMigrations } from '../migrate.ts';
import { BackupError } from './error.ts';
import { type BackupTable, FORMAT, FORMAT_VERSION, type Manifest } from './format.ts';
import { quoteName } from './copy-out.ts';
import { BACKUP_TABLES } from './tables.ts';

const MIGRATIONS_TABLE = 'thermograph_migrations';
/** Retention and migrations lock tables for a moment. */
const LOCK_TIMEOUT_MS = 60_000;

const TABLES =
  'SELECT name FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, place) WHERE to_regclass(name) IS NOT NULL ORDER BY place';
const COLUMNS = `
  SELECT attname AS name, attidentity <> '' AS "isNumbered" FROM pg_attribute
  WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum`;

/** What a backup is going to hold. */
export interface Snapshot {
  readonly manifest: Manifest;
  /** As far as the planner knows; 0 where it knows nothing. */
  readonly estimatedRows: number;
}

/**
 * Begins the transaction in which all of a backup is read: everything as it is at this moment, whatever is stored, dropped or made meanwhile.
 * The tables are locked before the first look: what was dropped in between would be missing without a word. The lock is the weakest there
 * is; nobody waits for it but who wants to drop or to change a table.
 * @throws BackupError `nothing-to-back-up`; what the database reports
 */
export async function beginSnapshot(client: ClientBase, thermograph: string): Promise<Snapshot> {
  const { rows } = await client.query<{ name: string }>(TABLES, [[...BACKUP_TABLES, MIGRATIONS_TABLE]]);
  const names = rows.map(({ name }) => name);
  if (!names.includes(MIGRATIONS_TABLE)) throw nothingThere();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
  await client.query(`LOCK TABLE ${names.map(quoteName).join(', ')} IN ACCESS SHARE MODE`);
  // Whatever the owner has set for others: it takes its time, and text must be the same everywhere.
  for (const setting of [
    'statement_timeout = 0',
    'idle_in_transaction_session_timeout = 0',
    `DateStyle = 'ISO, YMD'`,
    `IntervalStyle = 'postgres'`,
    `TimeZone = 'UTC'`,
    `bytea_output = 'hex'`,
    'extra_float_digits = 3',
  ])
    await client.query(`SET LOCAL ${setting}`);
  const facts = await client.query<{ postgres: string; at: Date; rows: number }>(
    `SELECT current_setting('server_version') AS postgres, now() AS at,
      (SELECT coalesce(sum(greatest(reltuples, 0)), 0)::float8 FROM pg_class LEFT JOIN pg_inherits ON inhrelid = oid
       WHERE relkind = 'r' AND coalesce(inhparent, oid) = ANY ($1::regclass[])) AS rows`,
    [names.map(quoteName)],
  );
  const { postgres, at, rows: estimatedRows } = facts.rows[0]!;
  const applied = await client.query<{ name: string }>(`SELECT name FROM ${MIGRATIONS_TABLE} ORDER BY id`);
  const tables: BackupTable[] = [];
  for (const name of names) if (name !== MIGRATIONS_TABLE) tables.push(await describe(client, name));
  const manifest: Manifest = {
    format: FORMAT,
    formatVersion: FORMAT_VERSION,
    thermograph,
    takenAt: at.toISOString(),
    postgres,
    migrations: applied.rows.map((row) => row.name),
    tables,
  };
  await checkSchema(manifest);
  return { manifest, estimatedRows };
}

/** A schema of a newer program may have tables that this one knows nothing of. */
async function checkSchema({ migrations }: Manifest): Promise<void> {
  if (migrations.length === 0) throw nothingThere();
  const known = await knownMigrations();
  const unknown = migrations.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new BackupError(
    'database-too-new',
    `The database has been brought up to ${unknown}, which this version of Thermograph does not know.`,
    'Take the backup with the version that the service has.',
  );
}

async function describe(client: ClientBase, name: string): Promise<BackupTable> {
  const found = await client.query<{ name: string; isNumbered: boolean }>(COLUMNS, [quoteName(name)]);
  const sequences: BackupTable['sequences'] = [];
  for (const column of found.rows) {
    if (!column.isNumbered) continue;
    const named = await client.query<{ sequence: string }>(
      'SELECT pg_get_serial_sequence($1, $2) AS sequence',
      [quoteName(name), column.name],
    );
    // Not of the snapshot but later, if anything: what the tables hold was given a number before.
    const state = await client.query<{ lastValue: string; isCalled: boolean }>(
      `SELECT last_value::text AS "lastValue", is_called AS "isCalled" FROM ${named.rows[0]!.sequence}`,
    );
    sequences.push({ column: column.name, ...state.rows[0]! });
  }
  return { name, columns: found.rows.map((column) => column.name), sequences };
}

function nothingThere(): BackupError {
  return new BackupError(
    'nothing-to-back-up',
    'There is nothing in this database that Thermograph has made.',
    'See whether DATA_DIR or DATABASE_URL are those of the service.',
  );
}
