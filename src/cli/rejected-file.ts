import { type FileHandle, open } from 'node:fs/promises';
import { reasonOf } from '../storage/failure.ts';
import type { FileRecord } from '../telemetry/records.ts';
import type { Rejection } from '../telemetry/reading.ts';
import { OutputError } from './output-file.ts';

/** Keeps the records of a file that were rejected, so that they can be mended and imported. */
export interface RejectedFile {
  /** Each with its reasons in front, as lines that begin with `#`, which an import skips. @throws OutputError */
  add(rejected: ReadonlyMap<FileRecord, readonly Rejection[]>): Promise<void>;
  /** @returns its name; `undefined` when nothing was rejected */
  close(): Promise<string | undefined>;
}

const MOST_FILES = 1000;

/**
 * Made with the first record that is added. One that is there already may hold lines that somebody has begun to mend: then
 * it is FILE.2, and so on.
 * @param name `undefined`: nothing is kept
 * @param head the first line of a file of CSV
 */
export function createRejectedFile(name: string | undefined, head: () => string | undefined): RejectedFile {
  let made: { readonly handle: FileHandle; readonly file: string } | undefined;
  return {
    async add(rejected) {
      if (name === undefined || rejected.size === 0) return;
      const first = made === undefined ? head() : undefined;
      const lines = [...rejected].flatMap(([{ text, line }, reasons]) => [
        ...reasons.map(({ reason, detail }) => `# line ${line}: ${reason}: ${oneLine(detail)}`),
        text,
      ]);
      try {
        made ??= await openNew(name);
        // `write` would leave the rest out where the disk has room for a part, and say nothing.
        await made.handle.writeFile([...(first === undefined ? [] : [first]), ...lines, ''].join('\n'));
      } catch (error) {
        throw new OutputError(
          `${made?.file ?? name}, for lines that are rejected, could not be written: ${reasonOf(error)}`,
          'Make room, or name another one with --rejected.',
          error,
        );
      }
    },
    async close() {
      await made?.handle.close();
      return made?.file;
    },
  };
}

async function openNew(name: string): Promise<{ readonly handle: FileHandle; readonly file: string }> {
  for (let number = 1; ; number += 1) {
    const file = number === 1 ? name : `${name}.${number}`;
    try {
      return { handle: await open(file, 'wx'), file };
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isTaken || number >= MOST_FILES) throw error;
    }
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ');
}
