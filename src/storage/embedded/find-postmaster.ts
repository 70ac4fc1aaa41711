import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answers, connectionTo } from './connection.ts';
import { codeOf, EmbeddedServerError } from './error.ts';
import { isSameServer, PID_FILE, type PidFile, parsePidFile, readPidFile } from './pid-file.ts';
import { isAlive, isServerOn } from './process-identity.ts';
import type { Site } from './site.ts';

/** How long a lock file may be empty while its server is about to write it. */
const EMPTY_MS = 2000;

export type Sighting =
  | { readonly running: PidFile; readonly leftover?: undefined }
  /** No server runs; `leftover` is the lock file of the last one, if it did not end in peace. */
  | { readonly running?: undefined; readonly leftover: PidFile | undefined };

/**
 * Looks whether a PostgreSQL runs on our data folder. The lock file of a dead one whose number some other process bears
 * now, which PostgreSQL itself would take for a living server, is removed.
 * @throws EmbeddedServerError `data-dir-in-use` when it runs where we can't see its process; `folder-not-usable`
 */
export async function findPostmaster(site: Site): Promise<Sighting> {
  const file = await readSettled(site.directory);
  if (file === undefined) return { leftover: undefined };
  if (await isServerOn(site.directory, file.pid)) return { running: file };

  // Another container on the same volume has process numbers of its own; its socket can be reached all the same.
  if (file.pid !== 0 && (await answers(await connectionTo(site.directory, file)))) {
    const now = await readPidFile(site.directory);
    if (!isSameServer(now, file) || (await isServerOn(site.directory, file.pid))) return findPostmaster(site);
    const message = `A PostgreSQL outside this container works with DATA_DIR ${site.dataDir}.`;
    const hint = 'Stop the other container, or give this one a DATA_DIR of its own.';
    throw new EmbeddedServerError('data-dir-in-use', message, hint);
  }
  if (file.pid === 0 || isAlive(file.pid)) await removeStale(site, file);
  return { leftover: file };
}

async function readSettled(directory: string): Promise<PidFile | undefined> {
  const until = performance.now() + EMPTY_MS;
  let file = await readPidFile(directory);
  while (file?.pid === 0 && performance.now() < until) {
    await pause(20);
    file = await readPidFile(directory);
  }
  return file;
}

/**
 * Between our look and the removal, another start may have put a server's lock file there. So the file is taken aside,
 * and put back if it is not the one we judged. Should a third start come in between: PostgreSQL also finds a running
 * server by its shared memory, whose key is the data folder's inode.
 */
async function removeStale(site: Site, judged: PidFile): Promise<void> {
  const file = path.join(site.directory, PID_FILE);
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  if (isSameServer(parsePidFile(await readFile(aside, 'utf8')), judged)) {
    site.log.warn({ file, pid: judged.pid }, 'removed the lock file of a PostgreSQL that no longer runs');
  } else {
    await link(aside, file).catch(() => undefined);
  }
  await rm(aside, { force: true });
}
