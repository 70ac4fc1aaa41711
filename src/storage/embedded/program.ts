import { type SpawnOptions, spawn } from 'node:child_process';

/** As whom the server's programs run, and how that comes about. */
export interface RunAs {
  /** Who owns the server's files; `undefined` on Windows. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** What stands before the command, such as `unshare --user …`. */
  readonly prefix: readonly string[];
  /** Set when `spawn` itself is to change the user. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

export interface Outcome {
  /** The exit status; `null` when a signal ended it, or when it could not be started at all. */
  readonly status: number | null;
  /** The `code` of what kept it from starting, such as ENOENT; '' when it did start. */
  readonly failure: string;
  /** The end of what it wrote to both of its outputs. */
  readonly output: string;
}

const KEPT_OUTPUT = 4000;

/** `spawn`'s arguments for a program that runs as `runAs` in the folder `cwd`. */
export function commandLine(
  runAs: RunAs,
  cwd: string,
  command: readonly string[],
): [file: string, args: string[], options: SpawnOptions] {
  const [file = '', ...args] = [...runAs.prefix, ...command];
  return [file, args, { cwd, windowsHide: true, ...environment(), ...runAs.user }];
}

/**
 * Little of our environment: PGPORT, PGOPTIONS and their like would change the server, LD_LIBRARY_PATH its libraries,
 * LANG its messages; and DATABASE_URL is none of its business. Windows programs need much of theirs.
 */
function environment(): { env?: NodeJS.ProcessEnv } {
  if (process.platform === 'win32') return {};
  return { env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' } };
}

/** Runs a program to its end. Never rejects, but for an aborted `signal`, which also ends the program. */
export async function runProgram(
  runAs: RunAs,
  cwd: string,
  command: readonly string[],
  signal?: AbortSignal,
): Promise<Outcome> {
  const [file, args, options] = commandLine(runAs, cwd, command);
  signal?.throwIfAborted();
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const abort = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', abort, { once: true });
  let output = '';
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-KEPT_OUTPUT);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  return new Promise<Outcome>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ status: null, failure: error.code ?? error.message, output }),
    );
    child.once('close', (status) => resolve({ status, failure: '', output: output.trim() }));
  }).finally(() => {
    signal?.removeEventListener('abort', abort);
    signal?.throwIfAborted();
  });
}
