import { reasonOf } from './storage/failure.ts';

/** Why the service can't start, in words that tell its owner what to do. */
export class StartError extends Error {
  readonly code = 'start-failed';
  readonly hint: string;

  constructor(message: string, hint: string, cause: unknown) {
    super(message, { cause });
    this.name = 'StartError';
    this.hint = hint;
  }
}

const LISTEN_HINTS: Readonly<Record<string, (setting: string) => string>> = {
  EADDRINUSE: (setting) =>
    `Another program uses that port, perhaps another Thermograph. Stop it, or choose another port with ${setting}.`,
  EACCES: (setting) => `Ports below 1024 need special rights. Choose another port with ${setting}.`,
  EADDRNOTAVAIL: () => 'HOST is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all of them.',
  ENOTFOUND: () => 'HOST is a name that can not be resolved. Use 127.0.0.1, or 0.0.0.0 for all addresses.',
};

/** @param setting the variable that names the port */
export function listenError(error: unknown, host: string, port: number, setting: string): StartError {
  const hint = LISTEN_HINTS[codeOf(error)]?.(setting) ?? 'Look at the cause above.';
  return new StartError(`Can't listen on ${host}:${port}: ${reasonOf(error)}`, hint, error);
}

/** For failures of the first connection to a database of the owner's. */
export function databaseUnreachable(error: unknown): StartError {
  return new StartError(
    `The database of DATABASE_URL can't be used: ${reasonOf(error)}`,
    'Check that it runs and that host, user, password and database are right; or unset DATABASE_URL to use the embedded one.',
    error,
  );
}

/** Another process has the spool open. */
export function spoolInUse(folder: string, cause: unknown): StartError {
  return new StartError(
    `The spool in ${folder} is in use.`,
    'Another Thermograph uses this DATA_DIR. Stop it, or give each a DATA_DIR of its own.',
    cause,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The owner has stopped the service before it had started. */
export class InterruptedError extends Error {
  readonly code = 'interrupted';
  readonly hint = 'Nothing was left running.';

  constructor() {
    super('Stopped before it had started.');
    this.name = 'InterruptedError';
  }
}
