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

const Sequence = Type.Object({
  column: Type.String(),
  /** The last number given, as text: it may be larger than a number here can be. */
  lastValue: Type.String({ pattern: '^\\d{1,19}$' }),
  isCalled: Type.Boolean(),
});

const Table = Type.Object({
  name: Type.String(),
  columns: Type.Array(Type.String(), { minItems: 1 }),
  sequences: Type.Array(Sequence),
});
export type BackupTable = Static<typeof Table>;

const Manifest = Type.Object({
  format: Type.Literal(FORMAT),
  formatVersion: Type.Integer({ minimum: 1 }),
  /** The version of the program that took it. */
  thermograph: Type.String(),
  /** ISO 8601, UTC. All of it is as it was then. */
  takenAt: Type.String(),
  postgres: Type.String(),
  /** What has been done to the schema, in order. */
  migrations: Type.Array(Type.String(), { minItems: 1 }),
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
