import { rm } from 'node:fs/promises';
import path from 'node:path';
import { ClassicLevel } from 'classic-level';
import { levelCode, levelReason } from '../../level-error.ts';
import { EmbeddedServerError } from '../error.ts';
import { giveToOwnerOf } from '../owned-file.ts';

const FOLDER = 'postgres-upgrade.lock';

/**
 * Does what only one process at a time may do to a DATA_DIR whose database is being exchanged: the lock that lies in the database itself goes with
 * its server. An empty store stands for it, whose own lock the system takes back from a process that is killed.
 * @throws EmbeddedServerError `data-dir-in-use` when another is at it; what `work` throws
 */
export async function withUpgradeLock(dataDir: string, work: () => Promise<void>): Promise<void> {
  const folder = path.join(dataDir, FOLDER);
  const store = new ClassicLevel(folder);
  try {
    await store.open();
    // When the work fails it stays, for another may wait for it.
    await giveToOwnerOf(dataDir, folder);
  } catch (error) {
    if (levelCode(error) !== 'LEVEL_LOCKED') {
      const reason = `${folder}, which is to be made for carrying the database over, can't be used: ${levelReason(error)}`;
      const what = 'See that the disk has room and can be written; if that folder is there, remove it.';
      throw new EmbeddedServerError('folder-not-usable', reason, what, { cause: error });
    }
    const message = `Another Thermograph carries the database in DATA_DIR ${dataDir} over to a newer PostgreSQL.`;
    throw new EmbeddedServerError('data-dir-in-use', message, 'Wait until it has done so, and start again.', {
      cause: error,
    });
  }
  try {
    await work();
  } finally {
    await store.close();
  }
  // Whoever takes it now finds nothing to do.
  await rm(folder, { recursive: true, force: true });
}
