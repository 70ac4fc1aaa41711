import { once } from 'node:events';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { sqlState } from '../failure.ts';
import { attachMonth, type Month } from '../partitions.ts';
import { columnList, quoteName } from './copy-out.ts';
import { BackupError, damaged } from './error.ts';
import type { BackupTable, Contents, Manifest } from './format.ts';
import type { BackupPart } from './read.ts';
import { BOOKKEEPING, READINGS } from './tables.ts';

/**
 * Fills the tables with what a backup holds, all in one transaction: until its commit nobody sees any of it, and when anything is wrong with the
 * file, or this process dies, it is as if nothing had been done. The schema must be that of the backup.
 * @param parts all that follows the manifest
 * @throws BackupError; what the database reports, or `parts` throws
 */
export async function loadBackup(
  client: ClientBase,
  manifest: Manifest,
  parts: AsyncIterable<BackupPart>,
  onRows: (rows: number) => void = () => {},
): Promise<Contents> {
  await client.query('BEGIN');
  try {
    await client.query(`SET LOCAL statement_timeout = 0`);
    await empty(client, manifest.tables);
    const contents = await fill(client, manifest, parts, onRows);
    await checkCounts(client, contents);
    for (const table of manifest.tables) {
      await setSequences(client, table);
      await client.query(`ALTER TABLE ${quoteName(table.name)} ENABLE TRIGGER USER`);
    }
    await client.query('COMMIT');
    return contents;
  } catch (error) {
    // The caller's connection ends with it, if it has not ended yet.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

/** Locks all tables, makes sure that nothing is lost, and switches off what is done with each reading that comes. */
async function empty(client: ClientBase, tables: readonly BackupTable[]): Promise<void> {
  const names = tables.map(({ name }) => quoteName(name)).join(', ');
  await client.query(`LOCK TABLE ${names} IN ACCESS EXCLUSIVE MODE`);
  for (const { name } of tables) {
    const table = quoteName(name);
    const { rowCount } = await client.query(`SELECT FROM ${table} LIMIT 1`);
    if (rowCount !== 0 && !BOOKKEEPING.has(name)) throw notEmpty(`it has ${name}`);
    await client.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
    if (rowCount !== 0) await client.query(`DELETE FROM ${table}`);
  }
}

async function fill(
  client: ClientBase,
  manifest: Manifest,
  parts: AsyncIterable<BackupPart>,
  onRows: (rows: number) => void,
): Promise<Contents> {
  const months = new Set<Month>();
  let rows = 0;
  for await (const part of parts) {
    if (part.kind === 'end') return part.contents;
    if (part.kind === 'manifest') continue;
    if (part.table.name === READINGS) await makeRoom(client, part, months);
    const stored = await copyIn(client, part.table, part.piece);
    if (stored !== part.rows)
      throw damaged(`of ${part.rows} rows of ${part.table.name} ${stored} were taken`);
    rows += stored;
    onRows(rows);
  }
  throw damaged(`nothing follows the list of ${manifest.tables.length} tables`);
}

async function copyIn(client: ClientBase, table: BackupTable, piece: Buffer): Promise<number> {
  const stream = client.query(copyFrom(`COPY ${quoteName(table.name)} (${columnList(table)}) FROM STDIN`));
  const finished = once(stream, 'finish');
  stream.end(piece);
  await finished.catch((error: unknown) => {
    // It has been in such a table before.
    throw /^2[23]/.test(sqlState(error) ?? '') ? damaged(`${table.name} does not take it`, error) : error;
  });
  return stream.rowCount;
}

/** Makes the months that readings need. */
async function makeRoom(
  client: ClientBase,
  { table, piece }: Extract<BackupPart, { kind: 'rows' }>,
  known: Set<Month>,
): Promise<void> {
  const column = table.columns.indexOf('measured_at');
  const text = piece.toString('latin1');
  for (let at = 0, end = 0; at < text.length; at = end + 1) {
    end = text.indexOf('\n', at);
    for (let skipped = 0; skipped < column; skipped += 1) at = text.indexOf('\t', at) + 1 || end;
    const month = text.slice(at, Math.min(at + '2026-11'.length, end));
    if (known.has(month)) continue;
    if (!/^\d{4}-\d\d$/.test(month)) throw damaged(`a reading has the time ${JSON.stringify(month)}`);
    await attachMonth(client, month);
    known.add(month);
  }
}

/** What is there in the end, whatever the server has said of each piece. */
async function checkCounts(client: ClientBase, { tables }: Contents): Promise<void> {
  for (const { name, rows } of tables) {
    const counted = await client.query<{ rows: number }>(
      `SELECT count(*)::float8 AS rows FROM ${quoteName(name)}`,
    );
    const found = counted.rows[0]!.rows;
    if (found !== rows) throw damaged(`of ${rows} rows of ${name} ${found} are in the database`);
  }
}

async function setSequences(client: ClientBase, { name, sequences }: BackupTable): Promise<void> {
  for (const { column, lastValue, isCalled } of sequences)
    await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3, $4)', [
      quoteName(name),
      column,
      lastValue,
      isCalled,
    ]);
}

export function notEmpty(what: string): BackupError {
  return new BackupError(
    'database-not-empty',
    `The database is not empty: ${what}.`,
    'A backup is restored into an empty DATA_DIR, or an empty database of DATABASE_URL. To have it in place of what is there, move DATA_DIR/postgres away first. Nothing was changed.',
  );
}
