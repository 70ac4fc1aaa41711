import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { SkippedError } from './scenario.ts';
import type { Stage } from './stage.ts';

const run = promisify(execFile);
const CHUNKS_BYTES = [1024 * 1024, 4096];

/** A disk of its own, which can be full or read-only without harm to the machine. */
export interface Tmpfs {
  readonly folder: string;
  /** Puts a file there that takes all the room that is left. */
  fill(): Promise<void>;
  /** Removes that file. */
  free(): Promise<void>;
  /** Returns false while files on it are open for writing. */
  makeReadOnly(): Promise<boolean>;
  makeWritable(): Promise<void>;
}

/** It is unmounted with the stage. @throws SkippedError where this machine does not let us mount */
export async function mountTmpfs(stage: Pick<Stage, 'releasers'>, mebibytes: number): Promise<Tmpfs> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new SkippedError('only root on Linux may mount a disk of its own');
  }
  const folder = await mkdtemp(path.join(tmpdir(), 'thermograph-faults-'));
  stage.releasers.push(() => rm(folder, { recursive: true, force: true }));
  const options = ['-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0755`, 'thermograph-faults', folder];
  await run('mount', options).catch((error: unknown) => {
    throw new SkippedError(`mounting is not allowed here: ${String(error)}`);
  });
  stage.releasers.push(async () => void (await run('umount', [folder])));
  const filler = path.join(folder, 'filler');
  return {
    folder,
    fill: () => writeUntilFull(filler),
    free: () => rm(filler),
    makeReadOnly: () =>
      run('mount', ['-o', 'remount,ro', folder]).then(
        () => true,
        () => false,
      ),
    makeWritable: async () => void (await run('mount', ['-o', 'remount,rw', folder])),
  };
}

async function writeUntilFull(file: string): Promise<void> {
  const handle = await open(file, 'w');
  try {
    for (const bytes of CHUNKS_BYTES) {
      const chunk = Buffer.alloc(bytes);
      while (await hasRoomFor(() => handle.write(chunk)));
    }
  } finally {
    await handle.close();
  }
}

async function hasRoomFor(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
