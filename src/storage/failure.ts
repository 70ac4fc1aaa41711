/** Whether trying again can help: `permanent` means that the statement's own data is what was refused. */
export type Failure = 'temporary' | 'permanent';

// Classes of the PostgreSQL manual, appendix A: data exception, integrity constraint violation, WITH CHECK OPTION
// violation, and what an owner's trigger raises.
const PERMANENT_CLASSES: ReadonlySet<string> = new Set(['22', '23', '44', 'P0']);

/**
 * Decides by SQLSTATE whether a row can ever be stored. All that is not known to be the data's fault (a lost
 * connection, a full disk, a missing right, an unknown error) counts as temporary: the owner can mend it, and until
 * then nothing may be thrown away.
 */
export function classifyFailure(error: unknown): Failure {
  const state = sqlState(error);
  if (state === undefined || isMissingPartition(error)) return 'temporary';
  return PERMANENT_CLASSES.has(state.slice(0, 2)) ? 'permanent' : 'temporary';
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/**
 * Whether the server has refused a statement and goes on. Without a SQLSTATE, with one of class 08 (connection exception)
 * or 57P (the server stops) the connection is what broke.
 */
export function isRefusedStatement(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !state.startsWith('08') && !state.startsWith('57P');
}

/** PostgreSQL reports "no partition of relation found for row" as a check violation that names no constraint. */
export function isMissingPartition(error: unknown): boolean {
  return sqlState(error) === '23514' && property(error, 'constraint') === undefined;
}

/** The five characters of an error that the server sent; `undefined` for those of sockets and of our own. */
function sqlState(error: unknown): string | undefined {
  const code = property(error, 'code');
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

function property(error: unknown, name: string): unknown {
  return error instanceof Error && name in error ? Reflect.get(error, name) : undefined;
}
