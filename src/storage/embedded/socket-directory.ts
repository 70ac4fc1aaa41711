import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedServerError, reasonOf } from './error.ts';
import { securePrivateFolder } from './owned-file.ts';
import { parsePidFile } from './pid-file.ts';
import { isAlive, isServerOn } from './process-identity.ts';
import type { RunAs } from './program.ts';
import { SOCKET_PORT } from './settings.ts';
import type { Site } from './site.ts';

/** What a socket's address can hold on every system, in bytes without the closing zero: macOS has 104 with it. */
const LONGEST_SOCKET_PATH = 103;

/**
 * The folder for the server's socket, made and secured. The database asks for no password: whoever can enter this
 * folder is let in, so nobody but the server's own user may.
 * @throws EmbeddedServerError `folder-not-usable`
 */
export async function prepareSocketDirectory(site: Site, runAs: RunAs): Promise<string> {
  const directory = chooseSocketDirectory(site.dataDir, site.temporaryDirectory);
  const wrong =
    (await findForeignFile(directory)) ?? (await securePrivateFolder(directory, runAs).catch(reasonOf));
  if (wrong !== undefined) {
    const message = `${directory}, the folder for the database's socket, can't be used: ${wrong}`;
    const hint =
      'Look who made it; remove it, or choose another DATA_DIR. One whose disk has no permissions will not do.';
    throw new EmbeddedServerError('folder-not-usable', message, hint);
  }
  await removeStaleLock(site, directory);
  return directory;
}

/** Somebody else's folder (with DATA_DIR=/ the system's own `/run`) must not be locked for all others. */
async function findForeignFile(directory: string): Promise<string | undefined> {
  const names = await readdir(directory).catch(() => []);
  const foreign = names.find((name) => !name.startsWith('.s.PGSQL.'));
  return foreign === undefined ? undefined : `it is in use for something else (it holds ${foreign})`;
}

/**
 * `run` in DATA_DIR. Where that makes too long a name for a socket, a folder for temporary files gets one whose name
 * follows from DATA_DIR's, so that each process that looks finds the same.
 */
export function chooseSocketDirectory(dataDir: string, temporaryDirectory: string): string {
  const name = `thermograph-${createHash('sha256').update(dataDir).digest('hex').slice(0, 24)}`;
  const candidates = [path.join(dataDir, 'run'), path.join(temporaryDirectory, name)];
  return candidates.find((folder) => fits(folder)) ?? path.join('/tmp', name);
}

function fits(folder: string): boolean {
  return Buffer.byteLength(path.join(folder, `.s.PGSQL.${SOCKET_PORT}`)) <= LONGEST_SOCKET_PATH;
}

/**
 * PostgreSQL takes over the socket of a dead server, but believes that one alive whose number another process bears now.
 * Only the lock is removed, never the socket: should a server come up this instant, it can do without.
 */
async function removeStaleLock(site: Site, directory: string): Promise<void> {
  const file = path.join(directory, `.s.PGSQL.${SOCKET_PORT}.lock`);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const { pid } = parsePidFile(text);
  if ((pid !== 0 && !isAlive(pid)) || (await isServerOn(site.directory, pid))) return;
  await rm(file, { force: true });
  site.log.warn({ file, pid }, 'removed the lock of a PostgreSQL that no longer runs');
}
