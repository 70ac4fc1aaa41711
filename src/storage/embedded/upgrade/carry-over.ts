import { statfs } from 'node:fs/promises';
import { Client } from 'pg';
import { dumpDatabase } from '../../backup/dump.ts';
import { BackupError } from '../../backup/error.ts';
import { readBackup } from '../../backup/read.ts';
import { restoreBackup } from '../../backup/restore.ts';
import { acquireServer, type HeldServer } from '../acquire.ts';
import type { Binaries } from '../binaries.ts';
import type { EmbeddedConnection } from '../connection.ts';
import { EmbeddedServerError, reasonOf } from '../error.ts';
import { readVersion } from '../new-data-directory.ts';
import { databaseFolder, type Site } from '../site.ts';
import { stopPostmaster } from '../stop-postmaster.ts';
import { finishSwap, isSwapUnfinished, makeFilling, swap } from './places.ts';
import { previousBinaries, removePrevious } from './previous-binaries.ts';
import { withUpgradeLock } from './upgrade-lock.ts';

export type FindBinaries = (site: Site, major: string, signal: AbortSignal) => Promise<Binaries>;

/** What the write-ahead log of a database that is being filled may take, beside it. */
const MOST_LOG_BYTES = 1024 ** 3;
const LEAST_FREE_BYTES = 128 * 1024 ** 2;
const TELL_EVERY_MS = 10_000;

/**
 * Carries the database of an older major version over, by backing it up and restoring that at once, into a new folder that then takes the
 * place of the old one, which is kept. Does nothing where there is nothing to do.
 * @throws EmbeddedServerError, BackupError, DatabaseError, what the database reports, or the reason of `signal`; the old one is untouched then
 */
export async function carryOver(
  site: Site,
  signal: AbortSignal,
  findBinaries: FindBinaries = previousBinaries,
): Promise<void> {
  if (!(await isOld(site)) && !(await isSwapUnfinished(site.dataDir))) return;
  await withUpgradeLock(site.dataDir, async () => {
    await finishSwap(site);
    // Another may have done it meanwhile.
    if (await isOld(site)) await exchange(site, signal, findBinaries);
  });
}

async function isOld({ directory, binaries }: Site): Promise<boolean> {
  return Number(await readVersion(directory)) < Number(binaries.major);
}

async function exchange(site: Site, signal: AbortSignal, findBinaries: FindBinaries): Promise<void> {
  const major = (await readVersion(site.directory)) ?? '';
  // As a command, for others have to wait, and not to work with it: what they stored in it would be left behind.
  const oldSite: Site = { ...site, binaries: await findBinaries(site, major, signal), role: 'command' };
  const from = await acquireServer(oldSite, 0, signal);
  site.log.warn({ from: major, to: site.binaries.major }, 'carrying the database over to another PostgreSQL');
  try {
    await checkRoom(site, from.connection);
    await fill(site, from.connection, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw explain(site, major, error);
  } finally {
    await stop(oldSite, from);
  }
  signal.throwIfAborted();
  const kept = await swap(site, major);
  await removePrevious(site.dataDir, major).catch((error: unknown) =>
    site.log.warn(
      { reason: reasonOf(error) },
      'the programs of the older PostgreSQL could not be removed: do so when all is well',
    ),
  );
  site.log.warn({ kept }, 'the database was carried over; the old one is kept: remove it when all is well');
}

/** Into a server of its own, in a DATA_DIR of its own. */
async function fill(site: Site, from: EmbeddedConnection, signal: AbortSignal): Promise<void> {
  const dataDir = await makeFilling(site);
  const newSite: Site = { ...site, dataDir, directory: databaseFolder(dataDir), role: 'command' };
  const to = await acquireServer(newSite, 0, signal);
  try {
    const parts = readBackup(dumpUntil(site, from, signal));
    await restoreBackup(parts, { connection: to.connection, log: site.log });
  } catch (error) {
    // An empty one, which has never been used, is simply made anew.
    if (!(error instanceof BackupError && error.code === 'nothing-to-back-up')) throw error;
  } finally {
    await stop(newSite, to);
  }
}

async function* dumpUntil(
  { log }: Site,
  connection: EmbeddedConnection,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, void> {
  let toldAt = performance.now();
  const onProgress = (share: number | undefined, rows: number): void => {
    if (performance.now() < toldAt + TELL_EVERY_MS) return;
    toldAt = performance.now();
    log.warn({ rows, percent: share && Math.floor(share * 100) }, 'still carrying the database over');
  };
  for await (const bytes of dumpDatabase({ connection, version: 'upgrade', log, onProgress })) {
    signal.throwIfAborted();
    yield bytes;
  }
}

async function checkRoom(site: Site, connection: EmbeddedConnection): Promise<void> {
  const client = new Client({ ...connection });
  client.on('error', () => undefined);
  await client.connect();
  let size: number;
  try {
    const { rows } = await client.query<{ size: number }>(
      'SELECT pg_database_size(current_database())::float8 AS size',
    );
    size = rows[0]!.size;
  } finally {
    await client.end();
  }
  const needed = size + Math.min(size, MOST_LOG_BYTES) + LEAST_FREE_BYTES;
  const disk = await statfs(site.dataDir);
  const free = disk.bavail * disk.bsize;
  if (free >= needed) return;
  throw new EmbeddedServerError(
    'not-carried-over',
    `There is no room in ${site.dataDir} to carry the database over: it takes ${mega(needed)}, and ${mega(free)} are free.`,
    'Make room on that disk. Nothing was changed.',
  );
}

function mega(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

/** A full disk, say, that comes from far below, and is no matter of a migration, or of the folder that was being filled. */
function explain(site: Site, major: string, error: unknown): unknown {
  const isToldAlready = error instanceof EmbeddedServerError && error.code === 'not-carried-over';
  if (isToldAlready || error instanceof BackupError) return error;
  return new EmbeddedServerError(
    'not-carried-over',
    `The database of PostgreSQL ${major} could not be carried over to PostgreSQL ${site.binaries.major}: ${reasonOf(error)}`,
    `It is as it was. Mend the cause and start again, or go back to the version of Thermograph that made it. ${site.logFile}, and that in postgres-upgrade, may say more.`,
    { cause: error },
  );
}

async function stop(site: Site, { pid, ownership }: HeldServer): Promise<void> {
  await stopPostmaster(site, pid);
  await ownership.release();
}
