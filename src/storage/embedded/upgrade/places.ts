import { chmod, chown, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { findPostmaster } from '../find-postmaster.ts';
import { readVersion } from '../new-data-directory.ts';
import { databaseFolder, type Site } from '../site.ts';
import { stopPostmaster } from '../stop-postmaster.ts';
import { syncFolder } from '../../sync-folder.ts';

/*
 * How a database gets from one major version to the next, by names in DATA_DIR, each step one rename:
 *
 *     postgres (17)    postgres-upgrade, a DATA_DIR of its own, is being filled
 *     postgres (17)    postgres-upgraded: it is complete, and its server has stopped
 *     postgres-17-old  postgres-upgraded
 *     postgres-17-old  postgres (18)
 *
 * Whatever ends it: as long as postgres is there and old, all begins anew, for somebody may have stored something in it since; once it has been
 * put aside, the rest is done.
 */

const FILLING = 'postgres-upgrade';
const COMPLETE = 'postgres-upgraded';

/** Does the rest of what was ended in its last step. */
export async function finishSwap(site: Pick<Site, 'dataDir' | 'directory'>): Promise<void> {
  const complete = path.join(site.dataDir, COMPLETE);
  if ((await readVersion(site.directory)) !== undefined) return;
  if ((await readVersion(databaseFolder(complete))) === undefined) return;
  await rename(databaseFolder(complete), site.directory);
  await syncFolder(site.dataDir);
  await rm(complete, { recursive: true, force: true });
}

/** Whether there is a database that only has to be put in its place. */
export async function isSwapUnfinished(dataDir: string): Promise<boolean> {
  return (await readVersion(databaseFolder(path.join(dataDir, COMPLETE)))) !== undefined;
}

/**
 * Makes a DATA_DIR for the new database, beside the old one and as that can be entered, and removes what an earlier attempt has left: its
 * server, too, which may have outlived it.
 * @returns its name
 */
export async function makeFilling(site: Site): Promise<string> {
  const folder = path.join(site.dataDir, FILLING);
  for (const left of [folder, path.join(site.dataDir, COMPLETE)]) {
    const leftSite = { ...site, dataDir: left, directory: databaseFolder(left) };
    const { running } = await findPostmaster(leftSite);
    if (running !== undefined) await stopPostmaster(leftSite, running.pid);
    await rm(left, { recursive: true, force: true });
  }
  await mkdir(folder);
  await chmod(folder, (await stat(site.dataDir)).mode & 0o777);
  if (process.getuid?.() === 0) {
    const { uid, gid } = await stat(site.directory);
    await chown(folder, uid, gid);
  }
  return folder;
}

/**
 * Puts the old database aside, and the new one in its place; neither may have a server.
 * @returns where the old one is now
 */
export async function swap(site: Pick<Site, 'dataDir' | 'directory'>, oldMajor: string): Promise<string> {
  await rename(path.join(site.dataDir, FILLING), path.join(site.dataDir, COMPLETE));
  await syncFolder(site.dataDir);
  const names = new Set(await readdir(site.dataDir));
  const name = `postgres-${oldMajor}-old`;
  let free = name;
  for (let number = 2; names.has(free); number += 1) free = `${name}-${number}`;
  const aside = path.join(site.dataDir, free);
  await rename(site.directory, aside);
  await syncFolder(site.dataDir);
  await finishSwap(site);
  return aside;
}
