import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { damaged, notABackup } from './error.ts';

/*
 * A backup is a gzip'd tar file: `manifest.json`; then `tables/NAME/NUMBER.copy`, what PostgreSQL's COPY makes of a table as text, in pieces
 * that end with a row, table after table; and `contents.json`, by whose absence a file that ends too early is known.
 */

export const FORMAT = 'thermograph-backup';
/** Counted up when older programs could not read it any more. */
export const FORMAT_VERSION = 1;

export const MANIFEST_NAME = 'manifest.json';
export const CONTENTS_NAME = 'contents.json';

/** What names of ours look like: they become part of statements, and are printed on terminals. */
const Name = Type.String({ pattern: '^[a-z_][a-z0-9_]{0,62}$' });
const Word = Type.String({ pattern: '^[A-Za-z0-9._+-]{1,100}$' });

const Sequence = Type.Object({
  column: Name,
  /** The last number given, as text: it may be larger than a number here can be. */
  lastValue: Type.String({ pattern: '^\\d{1,19}$' }),
  isCalled: Type.Boolean(),
});

const Table = Type.Object({
  name: Name,
  columns: Type.Array(Name, { minItems: 1, uniqueItems: true }),
  sequences: Type.Array(Sequence),
});
export type BackupTable = Static<typeof Table>;

const Manifest = Type.Object({
  format: Type.Literal(FORMAT),
  formatVersion: Type.Integer({ minimum: 1 }),
  /** The version of the program that took it. */
  thermograph: Word,
  /** ISO 8601, UTC. All of it is as it was then. */
  takenAt: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT[0-9:.]{8,12}Z$' }),
  postgres: Type.String(),
  /** Messages that were acknowledged, and waited in the spool: they are not in it. Missing where nobody could say. */
  spooled: Type.Optional(Type.Integer({ minimum: 0 })),
  /** What has been done to the schema, in order. */
  migrations: Type.Array(Word, { minItems: 1 }),
  /** In the order in which they follow. */
  tables: Type.Array(Table),
});
export type Manifest = Static<typeof Manifest>;

const Contents = Type.Object({
  tables: Type.Array(
    Type.Object({
      name: Type.String(),
      rows: Type.Integer({ minimum: 0 }),
      bytes: Type.Integer({ minimum: 0 }),
      /** Of all its pieces, one after another; in hexadecimal. */
      sha256: Type.String(),
    }),
  ),
});
export type Contents = Static<typeof Contents>;

export function pieceName(table: string, number: number): string {
  return `tables/${table}/${String(number).padStart(6, '0')}.copy`;
}

/** The table that a piece is of; `undefined`: it is none. */
export function tableOf(name: string): string | undefined {
  return /^tables\/([a-z0-9_]+)\/\d+\.copy$/.exec(name)?.[1];
}

/** @throws BackupError */
export function parseManifest(bytes: Buffer): Manifest {
  const value = parseJson(bytes);
  if (
    Value.Check(Type.Object({ formatVersion: Type.Integer() }), value) &&
    value.formatVersion > FORMAT_VERSION
  )
    throw notABackup('it has the form of a newer Thermograph; restore it with that one');
  if (!Value.Check(Manifest, value)) throw notABackup(`its ${MANIFEST_NAME} is not what it should be`);
  if (new Set(value.tables.map(({ name }) => name)).size < value.tables.length)
    throw notABackup(`its ${MANIFEST_NAME} has a table twice`);
  return value;
}

/** @throws BackupError */
export function parseContents(bytes: Buffer): Contents {
  const value = parseJson(bytes);
  if (!Value.Check(Contents, value)) throw damaged(`its ${CONTENTS_NAME} is not what it should be`);
  return value;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
