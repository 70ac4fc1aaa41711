import { chmod, stat } from 'node:fs/promises';
import { EmbeddedServerError } from './error.ts';
import { createDataDirectory, readVersion, removeDeadDrafts } from './new-data-directory.ts';
import { giveFolder } from './owned-file.ts';
import type { RunAs } from './program.ts';
import { includeSettings } from './settings.ts';
import { databaseFolder, type Site } from './site.ts';
import { isSwapUnfinished } from './upgrade/places.ts';

/**
 * Makes the data folder where there is none yet, and sees that this PostgreSQL, run this way, can use the one there
 * is. Only for when no server runs on it.
 * @throws EmbeddedServerError `folder-not-usable`, `data-version`, `platform-unsupported`, `start-failed`
 */
export async function prepareDataDirectory(site: Site, runAs: RunAs, signal: AbortSignal): Promise<void> {
  await removeDeadDrafts(site.dataDir);
  if ((await readVersion(site.directory)) === undefined) await createDataDirectory(site, runAs, signal);
  await checkVersion(site);
  await checkOwner(site, runAs);
  await includeSettings(site.directory);
}

/** Whether a DATA_DIR holds a database, or something that only looks like one: whoever opens it will say. */
export async function hasDatabase(dataDir: string): Promise<boolean> {
  return readVersion(databaseFolder(dataDir)).then(
    (version) => version !== undefined || isSwapUnfinished(dataDir),
    () => true,
  );
}

async function checkVersion(site: Site): Promise<void> {
  const found = await readVersion(site.directory);
  const { major } = site.binaries;
  if (found === major) return;
  throw new EmbeddedServerError(
    'data-version',
    `The database in ${site.directory} was made by PostgreSQL ${found}; this is PostgreSQL ${major}.`,
    `Start the version of Thermograph that it was last used with, or a newer one; or run PostgreSQL ${found} yourself and set DATABASE_URL.`,
  );
}

/** The server insists on having its folder to itself. Root can give it away; others can only say so. */
async function checkOwner(site: Site, runAs: RunAs): Promise<void> {
  const { owner } = runAs;
  const found = await stat(site.directory);
  if (owner === undefined) return;
  // PostgreSQL takes 0700 and 0750; a careless `chmod -R` must not keep it from starting.
  if (found.uid === owner.uid) return (found.mode & 0o027) === 0 ? undefined : chmod(site.directory, 0o700);
  if (process.getuid?.() === 0) {
    await giveFolder(site.directory, owner.uid, owner.gid);
    return;
  }
  const message = `The database in ${site.directory} belongs to user ${found.uid}, and we are user ${owner.uid}.`;
  const hint = `Run Thermograph as its owner, or give it to this user: sudo chown -R ${owner.uid} '${site.dataDir}'.`;
  throw new EmbeddedServerError('folder-not-usable', message, hint);
}
