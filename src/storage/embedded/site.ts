import { access, constants, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Logger } from 'pino';
import { makeFolder } from '../make-folder.ts';
import { type Binaries, locateBinaries } from './binaries.ts';
import { EmbeddedServerError, reasonOf } from './error.ts';

/** How a root process can run PostgreSQL, which refuses to be root. */
type RootWay = 'user-namespace' | 'other-user';

/**
 * `unix`: a Unix socket in a folder that only its owner can enter; the server is our child, and gets signals.
 * `windows`: TCP on loopback with a password; `pg_ctl` starts and stops the server, for it knows how to drop an
 * administrator's rights there.
 */
type Conventions = 'unix' | 'windows';

/** Where one embedded server lives, and what it is run with. Nothing here changes during its life. */
export interface Site {
  /** DATA_DIR without symbolic links, so that every process that comes here gives it the same name. */
  readonly dataDir: string;
  /** PostgreSQL's data folder. */
  readonly directory: string;
  /** What the server says. */
  readonly logFile: string;
  /** Where the socket goes when DATA_DIR's name is too long for one. */
  readonly temporaryDirectory: string;
  readonly conventions: Conventions;
  /** `undefined`: the best that works here. */
  readonly rootWay: RootWay | undefined;
  readonly binaries: Binaries;
  /** As whom it is opened: a service has it for long, a command for a moment. */
  readonly role: Role;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

export type Role = 'service' | 'command';

export interface SiteOptions {
  readonly dataDir: string;
  readonly log: Site['log'];
  /** `service` unless told. */
  readonly role?: Role;
  readonly conventions?: Conventions;
  readonly rootWay?: RootWay;
  /** The folder of the npm package that holds the programs. */
  readonly packageRoot?: string;
  readonly temporaryDirectory?: string;
}

/**
 * Opens DATA_DIR, making it where it is missing, and finds the programs.
 * @throws EmbeddedServerError `folder-not-usable`, `platform-unsupported`, `binary-missing`
 */
export async function openSite(options: SiteOptions): Promise<Site> {
  const { platform, arch } = process;
  const dataDir = await openDataDir(options.dataDir);
  return {
    dataDir,
    directory: databaseFolder(dataDir),
    logFile: path.join(dataDir, 'postgres.log'),
    temporaryDirectory: options.temporaryDirectory ?? tmpdir(),
    conventions: options.conventions ?? (platform === 'win32' ? 'windows' : 'unix'),
    rootWay: options.rootWay,
    binaries: await locateBinaries({ platform, arch, packageRoot: options.packageRoot }),
    role: options.role ?? 'service',
    log: options.log,
  };
}

export function databaseFolder(dataDir: string): string {
  return path.join(dataDir, 'postgres');
}

/** PostgreSQL's programs have room for 1,023 bytes of a file's whole name, and go beyond it where that is not enough. */
const LONGEST_DATA_DIR = 800;

async function openDataDir(dataDir: string): Promise<string> {
  try {
    await makeFolder(dataDir);
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const found = await realpath(dataDir);
    // It would write that into a file line by line, and read another name from there.
    if (/[\r\n]/.test(found)) throw new Error('PostgreSQL takes no name with a line break');
    if (Buffer.byteLength(found) <= LONGEST_DATA_DIR) return found;
    throw new Error(`PostgreSQL takes no name longer than ${LONGEST_DATA_DIR} bytes`);
  } catch (error) {
    const message = `DATA_DIR ${path.resolve(dataDir)} can't be used: ${reasonOf(error)}`;
    const hint = 'Choose a DATA_DIR that is a folder which the user who runs Thermograph can read and write.';
    throw new EmbeddedServerError('folder-not-usable', message, hint, { cause: error });
  }
}
