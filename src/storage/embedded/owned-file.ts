import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  type FileHandle,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './error.ts';
import type { RunAs } from './program.ts';

/*
 * When we are root and the server is not, its folders are writable by a user whom we need not trust: what we open there
 * may have become a symbolic link to any file of root's. So nothing here follows one at the end of a path, and files
 * are given away by their handle.
 */

/** Opens a file of ours to append to, private to us; what root makes in a folder of another user is that one's, who has to open it, too. */
export async function openToAppend(file: string): Promise<FileHandle> {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = await open(file, flags, 0o600);
  try {
    const { uid, gid } = await stat(path.dirname(file));
    const opened = await handle.stat();
    // Not one that has another name elsewhere.
    const isOurs = opened.uid === 0 && opened.nlink === 1;
    if (process.getuid?.() === 0 && isOurs && uid !== 0) await handle.chown(uid, gid);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Puts a file in place at once, or not at all; readable by the server and nobody else. */
export async function replaceFile(file: string, text: string, runAs: RunAs): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (runAs.user !== undefined) await handle.chown(runAs.user.uid, runAs.user.gid);
    await handle.sync();
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Makes a new folder that only the server can enter. */
export async function makePrivateFolder(folder: string, runAs: RunAs): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  if (runAs.user !== undefined) await lchown(folder, runAs.user.uid, runAs.user.gid);
}

/**
 * Makes sure of a folder that only the server can enter: a real one, the server's own, closed to all others. Returns
 * what is wrong with it, if that can't be mended. A folder of root's is given to the server.
 */
export async function securePrivateFolder(folder: string, runAs: RunAs): Promise<string | undefined> {
  await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  if (runAs.owner === undefined) return undefined;
  const { uid, gid } = runAs.owner;
  const found = await lstat(folder);
  if (!found.isDirectory()) return 'it is not a folder';
  if (found.uid !== uid) {
    if (found.uid !== 0 || process.getuid?.() !== 0)
      return `it belongs to user ${found.uid} instead of ${uid}`;
    await lchown(folder, uid, gid);
  }
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
  return ((await lstat(folder)).mode & 0o077) === 0 ? undefined : 'others can enter it';
}

/** What root has made in DATA_DIR is to be no hindrance to the ordinary user whose folder that is. */
export async function giveToOwnerOf(dataDir: string, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dataDir);
  if (uid !== 0) await giveFolder(folder, uid, gid);
}

/** Gives a folder and all in it to a user. The folder itself comes last, so that its owner tells whether all is done. */
export async function giveFolder(folder: string, uid: number, gid: number): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    // By its handle: under its name there may be another one by now.
    const inside = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}` : folder;
    for (const entry of await readdir(inside, { withFileTypes: true })) {
      const name = path.join(inside, entry.name);
      if (entry.isDirectory()) await giveFolder(name, uid, gid);
      else await lchown(name, uid, gid);
    }
    await handle.chown(uid, gid);
  } finally {
    await handle.close();
  }
}
