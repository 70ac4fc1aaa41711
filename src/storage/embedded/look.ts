import type { Connection } from '../pool.ts';
import { locateBinaries } from './binaries.ts';
import { connectionTo } from './connection.ts';
import { readVersion } from './new-data-directory.ts';
import { readOwner } from './ownership.ts';
import { readPidFile } from './pid-file.ts';
import { isServerOn } from './process-identity.ts';
import { databaseFolder } from './site.ts';

/** What is seen of an embedded server from outside. */
export type SeenServer =
  /** There is no database yet. */
  | { readonly kind: 'none' }
  /** `hasCrashed`: its lock file is still there. */
  | { readonly kind: 'stopped'; readonly version: string; readonly hasCrashed: boolean }
  | {
      readonly kind: 'running';
      readonly pid: number;
      /** Such as `ready`; anything else passes. */
      readonly status: string;
      readonly connection: Connection;
      /** What the session of its owner calls itself; `undefined`: it has none, or gives no answer. */
      readonly owner: string | undefined;
    };

/**
 * Looks at the server in DATA_DIR, and changes nothing: neither makes the folder nor starts anything, nor takes a lock file away.
 * @throws EmbeddedServerError `folder-not-usable`
 */
export async function lookAtServer(dataDir: string): Promise<SeenServer> {
  const directory = databaseFolder(dataDir);
  const version = await readVersion(directory);
  if (version === undefined) return { kind: 'none' };
  const file = await readPidFile(directory);
  if (file === undefined || !(await isServerOn(directory, file.pid))) {
    return { kind: 'stopped', version, hasCrashed: file !== undefined };
  }
  const connection = await connectionTo(directory, file);
  const owner = file.status === 'ready' ? await readOwner(connection) : undefined;
  return { kind: 'running', pid: file.pid, status: file.status, connection, owner: owner?.name };
}

/** The major version of the packaged PostgreSQL. @throws EmbeddedServerError `platform-unsupported`, `binary-missing` */
export async function packagedVersion(): Promise<string> {
  const { platform, arch } = process;
  return (await locateBinaries({ platform, arch })).major;
}
