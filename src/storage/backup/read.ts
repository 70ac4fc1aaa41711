import { damaged, notABackup } from './error.ts';
import {
  type BackupTable,
  CONTENTS_NAME,
  type Contents,
  MANIFEST_NAME,
  type Manifest,
  parseContents,
  parseManifest,
  tableOf,
} from './format.ts';
import { createTally, type Tally } from './tally.ts';
import { readTar, type TarEntry } from './tar.ts';

const NEWLINE = 0x0a;

/** What a backup holds, in order. */
export type BackupPart =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  /** Whole rows, as COPY takes them. */
  | { readonly kind: 'rows'; readonly table: BackupTable; readonly piece: Buffer; readonly rows: number }
  /** All that came before was there as it was written. */
  | { readonly kind: 'end'; readonly contents: Contents };

/**
 * Reads the tar file that {@link dumpDatabase} makes, and holds it against its own counts and checksums. What comes before `end` is
 * not known to be right.
 * @throws BackupError; what `source` throws
 */
export async function* readBackup(source: AsyncIterable<Buffer>): AsyncGenerator<BackupPart, void, void> {
  let manifest: Manifest | undefined;
  let contents: Contents | undefined;
  const tallies = new Map<string, Tally>();
  for await (const entry of readTar(source)) {
    if (manifest === undefined) {
      if (entry.name !== MANIFEST_NAME) throw notABackup(`it does not begin with ${MANIFEST_NAME}`);
      manifest = parseManifest(entry.bytes);
      yield { kind: 'manifest', manifest };
    } else if (contents !== undefined) throw damaged(`something follows ${CONTENTS_NAME}`);
    else if (entry.name === CONTENTS_NAME) contents = parseContents(entry.bytes);
    else yield readPiece(entry, manifest, tallies);
  }
  if (manifest === undefined) throw notABackup('it is empty');
  if (contents === undefined) throw damaged('its end is missing');
  compare(manifest, contents, tallies);
  yield { kind: 'end', contents };
}

function readPiece(entry: TarEntry, manifest: Manifest, tallies: Map<string, Tally>): BackupPart {
  const table = manifest.tables.find(({ name }) => name === tableOf(entry.name));
  if (table === undefined) throw damaged(`there is ${JSON.stringify(entry.name)} in it`);
  if (entry.bytes.at(-1) !== NEWLINE) throw damaged(`a row of ${table.name} has no end`);
  const tally = tallies.get(table.name) ?? createTally(table.name);
  tallies.set(table.name, tally);
  return { kind: 'rows', table, piece: entry.bytes, rows: tally.add(entry.bytes) };
}

function compare(manifest: Manifest, contents: Contents, tallies: ReadonlyMap<string, Tally>): void {
  for (const { name } of manifest.tables) {
    const written = contents.tables.find((table) => table.name === name);
    const found = (tallies.get(name) ?? createTally(name)).result();
    if (written === undefined) throw damaged(`it does not say what ${name} holds`);
    if (found.rows !== written.rows || found.bytes !== written.bytes)
      throw damaged(`${name} has ${found.rows} rows of ${written.rows}`);
    if (found.sha256 !== written.sha256) throw damaged(`the checksum of ${name} is wrong`);
  }
}
