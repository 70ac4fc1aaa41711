import { createHash } from 'node:crypto';
import { countRows } from './copy-out.ts';
import type { Contents } from './format.ts';

type TableContents = Contents['tables'][number];

/** Counts what a table's pieces come to. */
export interface Tally {
  /** @returns the piece's rows */
  add(piece: Buffer): number;
  result(): TableContents;
}

export function createTally(name: string): Tally {
  const hash = createHash('sha256');
  let rows = 0;
  let bytes = 0;
  return {
    add(piece) {
      const added = countRows(piece);
      rows += added;
      bytes += piece.length;
      hash.update(piece);
      return added;
    },
    result: () => ({ name, rows, bytes, sha256: hash.digest('hex') }),
  };
}
