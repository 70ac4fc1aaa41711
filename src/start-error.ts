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
  return new StartError(`Can't listen on ${host}:${port}: ${messageOf(error)}`, hint, error);
}

/** For failures of the first connection to a database of the owner's. */
export function databaseUnreachable(error: unknown): StartError {
  return new StartError(
    `The database of DATABASE_URL can't be used: ${messageOf(error)}`,
    'Check that it runs and that host, user, password and database are right; or unset DATABASE_URL to use the embedded one.',
    error,
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  // Node gathers what happened at each address of a host name in an AggregateError, whose own message is empty.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
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
