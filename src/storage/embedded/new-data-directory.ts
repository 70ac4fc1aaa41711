import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, EmbeddedServerError, reasonOf } from './error.ts';
import { makePrivateFolder, replaceFile } from './owned-file.ts';
import { isAlive } from './process-identity.ts';
import { type RunAs, runProgram } from './program.ts';
import { explainFailure } from './program-failure.ts';
import { includeSettings } from './settings.ts';
import type { Site } from './site.ts';
import { syncFolder } from '../sync-folder.ts';

/** The database's only role. */
export const SUPERUSER = 'thermograph';

const PASSWORD_FILE = 'thermograph.password';
/** In full: postgres.new-{pid}-{random}. */
const DRAFT_PREFIX = 'postgres.new-';
/** initdb takes seconds on the slowest board. */
const DRAFT_LIFE_MS = 10 * 60_000;
/** An initdb whose process was killed goes on for a moment, and makes files in what is being removed: 2.75 s in all. */
const DRAFT_REMOVAL = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 } as const;

/**
 * A crash half-way, or another first start at the same time, must never leave half a database: it is made beside its
 * place, and put there by one rename, which fails when there is one already.
 */
export async function createDataDirectory(site: Site, runAs: RunAs, signal: AbortSignal): Promise<void> {
  site.log.info({ directory: site.directory }, 'making the database');
  const draft = path.join(site.dataDir, `${DRAFT_PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
  const passwordFile = `${draft}.password`;
  try {
    await makePrivateFolder(draft, runAs);
    if (site.conventions === 'unix') {
      // No password on the socket, which only its owner can reach. The role has none, so nobody gets in over TCP.
      await initialize(site, runAs, draft, ['--auth-local=trust', '--auth-host=scram-sha-256'], signal);
    } else {
      const password = randomBytes(24).toString('base64url');
      await replaceFile(passwordFile, password, runAs);
      await initialize(site, runAs, draft, ['--auth=scram-sha-256', `--pwfile=${passwordFile}`], signal);
      await replaceFile(path.join(draft, PASSWORD_FILE), password, runAs);
    }
    await includeSettings(draft);
    await putInPlace(draft, site);
  } catch (error) {
    await rm(draft, DRAFT_REMOVAL);
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** The C locale is on every system, PostgreSQL's own C.UTF-8 sorts and folds alike on all of them. */
async function initialize(
  site: Site,
  runAs: RunAs,
  directory: string,
  authentication: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const args = [`--pgdata=${directory}`, `--username=${SUPERUSER}`, ...authentication, ...locale];
  // One flush of the file system instead of one a file: half the time of a first start.
  const sync = process.platform === 'linux' ? ['--sync-method=syncfs'] : [];
  const command = [site.binaries.initdb, ...args, ...sync, '--no-instructions'];
  const outcome = await runProgram(runAs, site.dataDir, command, signal);
  if (outcome.status !== 0) throw explainFailure(site, 'initdb', outcome);
}

async function putInPlace(draft: string, site: Site): Promise<void> {
  try {
    await rename(draft, site.directory);
  } catch (error) {
    if ((await readVersion(site.directory)) === undefined) {
      const message = `The new database can't be put into ${site.directory}: ${reasonOf(error)}`;
      const hint =
        'Empty that folder, or remove it. A disk of its own is for all of DATA_DIR, not for this folder.';
      throw new EmbeddedServerError('folder-not-usable', message, hint, { cause: error });
    }
    // Another first start was quicker; its database is as good as ours.
    await rm(draft, DRAFT_REMOVAL);
  }
  await syncFolder(site.dataDir);
}

/** The password of a database that is reached over TCP; `undefined` for one that has a Unix socket. */
export function readPassword(directory: string): Promise<string | undefined> {
  return readFile(path.join(directory, PASSWORD_FILE), 'utf8').catch(() => undefined);
}

/** PostgreSQL's major version as the data folder has it; `undefined` where there is no database. */
export async function readVersion(directory: string): Promise<string | undefined> {
  try {
    const text = (await readFile(path.join(directory, 'PG_VERSION'), 'utf8')).trim();
    return /^\d{1,3}(\.\d{1,3})?$/.test(text) ? text : 'unknown';
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return undefined;
    const message = `The database in ${directory} can't be read: ${reasonOf(error)}`;
    const hint = `Run Thermograph as the user who owns ${directory}, or choose another DATA_DIR.`;
    throw new EmbeddedServerError('folder-not-usable', message, hint, { cause: error });
  }
}

/** What a start that died has left. One that goes on beside us bears the number of a living process. */
export async function removeDeadDrafts(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter((name) => name.startsWith(DRAFT_PREFIX));
  await Promise.all(
    names.map(async (name) => {
      const draft = path.join(dataDir, name);
      const pid = Number.parseInt(name.slice(DRAFT_PREFIX.length), 10);
      const found = await stat(draft).catch(() => undefined);
      const isYoung = found !== undefined && Date.now() - found.mtimeMs < DRAFT_LIFE_MS;
      if (isYoung && Number.isInteger(pid) && isAlive(pid)) return;
      await rm(draft, DRAFT_REMOVAL);
    }),
  );
}
