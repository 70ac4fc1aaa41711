import { rename } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';
import type { Logger } from 'pino';
import { levelCode, levelReason } from '../../storage/level-error.ts';
import { makeFolder } from '../../storage/make-folder.ts';
import type { JournalStore } from './journal.ts';

/** A LevelDB folder: keys in order, batches that are written as a whole. */
export interface LevelStore extends JournalStore {
  entries(): AsyncIterable<[string, Buffer]>;
  close(): Promise<void>;
}

/** The folder of the broker's state can't be used; `hint` tells the owner what to do about it. */
export class StateFolderError extends Error {
  override readonly name = 'StateFolderError';
  readonly code = 'state-folder-not-usable';
  readonly hint: string;

  constructor(folder: string, hint: string, cause: unknown) {
    super(`The broker can't keep its sessions in ${folder}: ${levelReason(cause)}`, { cause });
    this.hint = hint;
  }
}

/**
 * Opens a folder, which is made if it is missing, and hands it to `read`. One that LevelDB finds damaged is moved aside,
 * and an empty one takes its place: a broker that has forgotten its sessions is better than none.
 * @throws StateFolderError for all other reasons
 */
export async function openLevel<T>(
  folder: string,
  log: Logger,
  read: (store: LevelStore) => Promise<T>,
): Promise<T> {
  try {
    return await openAndRead(folder, read).catch(async (error: unknown) => {
      if (!isDamaged(error)) throw error;
      const movedTo = `${folder}-damaged-${new Date().toISOString().replaceAll(':', '-')}`;
      await rename(folder, movedTo);
      log.error(
        { err: error, movedTo },
        'sessions and retained messages were damaged: the broker begins with none. Integrators should subscribe again; the folder may be deleted',
      );
      return openAndRead(folder, read);
    });
  } catch (error) {
    throw new StateFolderError(folder, hintFor(error), error);
  }
}

async function openAndRead<T>(folder: string, read: (store: LevelStore) => Promise<T>): Promise<T> {
  // What integrators are sent is nobody else's business.
  await makeFolder(folder);
  const level = new ClassicLevel<string, Buffer>(folder, { keyEncoding: 'utf8', valueEncoding: 'buffer' });
  try {
    await level.open();
    return await read({
      entries: () => level.iterator(),
      write: (changes) => level.batch([...changes]),
      // LevelDB refuses everything once it could not write in the background.
      async reopen() {
        await level.close();
        await level.open();
      },
      close: () => level.close(),
    });
  } catch (error) {
    await level.close();
    throw error;
  }
}

/** Whether the disk takes nothing at the moment, which is no fault of the folder's. */
export function isDiskTrouble(error: unknown): boolean {
  return /EROFS|ENOSPC|read-only file system|no space left/i.test(levelReason(error));
}

/** Keeps nothing. */
export const FORGETFUL: LevelStore = {
  async *entries() {},
  write: () => Promise.resolve(),
  reopen: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** The folder itself is there: a file that is missing is one that LevelDB had written. */
function isDamaged(error: unknown): boolean {
  const code = levelCode(error);
  const isMissing = code === 'LEVEL_IO_ERROR' && levelReason(error).endsWith('No such file or directory');
  return code === 'LEVEL_CORRUPTION' || isMissing;
}

function hintFor(error: unknown): string {
  if (levelCode(error) === 'LEVEL_LOCKED') {
    return 'Another Thermograph uses that folder. Stop it, or give this one a DATA_DIR of its own.';
  }
  return 'Thermograph must be able to write there. Change the rights of the folder, or choose another with DATA_DIR.';
}
