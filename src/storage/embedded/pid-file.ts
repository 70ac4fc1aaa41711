import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf, EmbeddedServerError, reasonOf } from './error.ts';

/**
 * What `postmaster.pid` says: PostgreSQL's lock on its data folder, written by the server itself, and the way
 * `pg_ctl` too learns how far a server is.
 * https://www.postgresql.org/docs/18/storage-file-layout.html; the lines are LOCK_FILE_LINE_… in its pidfile.h
 */
export interface PidFile {
  /** 0 when the file is empty: the server is about to write it, or a power cut has left it so. */
  readonly pid: number;
  /** Epoch seconds; with the pid, it tells one server from the next. */
  readonly startedAt: number;
  readonly port: number;
  /** '' when the server has no Unix socket. */
  readonly socketDirectory: string;
  /** '' at the very beginning. */
  readonly status: string;
}

export const PID_FILE = 'postmaster.pid';

/**
 * Reads the lock file of the data folder `directory`; `undefined` where there is none.
 * @throws EmbeddedServerError `folder-not-usable`
 */
export async function readPidFile(directory: string): Promise<PidFile | undefined> {
  try {
    return parsePidFile(await readFile(path.join(directory, PID_FILE), 'utf8'));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const hint = `Run Thermograph as the user who owns ${directory}, or choose another DATA_DIR.`;
    const message = `The database folder can't be read: ${reasonOf(error)}`;
    throw new EmbeddedServerError('folder-not-usable', message, hint, { cause: error });
  }
}

export function parsePidFile(text: string): PidFile {
  const [pid = '', , startedAt = '', port = '', socketDirectory = '', , , status = ''] = text.split('\n');
  return {
    // A stand-alone server, such as `postgres --single`, writes its pid with a minus.
    pid: Math.abs(Number.parseInt(pid, 10)) || 0,
    startedAt: Number.parseInt(startedAt, 10) || 0,
    port: Number.parseInt(port, 10) || 0,
    socketDirectory,
    status: status.trim(),
  };
}

/** Whether both were written by one and the same server. */
export function isSameServer(a: PidFile | undefined, b: PidFile | undefined): boolean {
  return a?.pid === b?.pid && a?.startedAt === b?.startedAt;
}
