import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { BackupTable } from './format.ts';

/** Pieces have at least so many bytes, but for the last one of a table, and at most so many and a row. */
const PIECE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** A name as a statement takes it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function columnList({ columns }: BackupTable): string {
  return columns.map(quoteName).join(', ');
}

/**
 * What COPY makes of a table as text, in pieces that end with a row, as fast as they are taken.
 * @throws what the database reports
 */
export async function* copyOut(
  client: ClientBase,
  table: BackupTable,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<Buffer, void, void> {
  // Not the table's own name: older servers don't copy one that is divided.
  const query = `COPY (SELECT ${columnList(table)} FROM ${quoteName(table.name)}) TO STDOUT`;
  let held: Buffer[] = [];
  let length = 0;
  for await (const chunk of client.query(copyTo(query)) as AsyncIterable<Buffer>) {
    held.push(chunk);
    length += chunk.length;
    if (length < pieceBytes) continue;
    // Line breaks in texts are written as \n: this byte ends a row, and is nothing else.
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) continue;
    held[held.length - 1] = chunk.subarray(0, end);
    yield Buffer.concat(held);
    held = end < chunk.length ? [chunk.subarray(end)] : [];
    length = chunk.length - end;
  }
  if (length > 0) yield Buffer.concat(held);
}

export function countRows(piece: Buffer): number {
  let rows = 0;
  for (let at = piece.indexOf(NEWLINE); at !== -1; at = piece.indexOf(NEWLINE, at + 1)) rows += 1;
  return rows;
}
