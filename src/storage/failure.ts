/**
 * `permanent`: the statement's own data is what was refused. `temporary`: it is not, and trying again can help.
 * `unknown`: taken for temporary, until one row alone is refused again and again while others are stored.
 */
export type Failure = 'temporary' | 'permanent' | 'unknown';

// Classes of the PostgreSQL manual, appendix A: data exception, integrity constraint violation, WITH CHECK OPTION
// violation, and what an owner's trigger raises.
const PERMANENT_CLASSES: ReadonlySet<string> = new Set(['22', '23', '44', 'P0']);
// Connection, transaction state (read-only), authorization, rollback (deadlock), resources (disk full, too many
// connections), not in the right state (locks), operator (shutting down, time-out), system (I/O), settings file, no
// such database.
const TEMPORARY_CLASSES: ReadonlySet<string> = new Set([
  '08',
  '25',
  '28',
  '40',
  '53',
  '55',
  '57',
  '58',
  'F0',
  '3D',
]);

/**
 * Decides by SQLSTATE whether a row can ever be stored. What is not known to be the data's fault is tried again: the
 * owner can mend it, and until then nothing may be thrown away.
 */
export function classifyFailure(error: unknown): Failure {
  const state = sqlState(error);
  // Without one, a socket or the pool has failed; or our own code, on some value that nobody thought of.
  if (state === undefined) {
    return error instanceof TypeError || error instanceof RangeError ? 'unknown' : 'temporary';
  }
  if (isMissingPartition(error) || isSeriesRemoved(error)) return 'temporary';
  if (PERMANENT_CLASSES.has(state.slice(0, 2))) return 'permanent';
  return TEMPORARY_CLASSES.has(state.slice(0, 2)) ? 'temporary' : 'unknown';
}

/** What went wrong, for logs and pages; in the language of the server. */
export function reasonOf(error: unknown): string {
  // Node gathers what happened at each address of a host name in an AggregateError, whose own message is empty.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

/** What an error says itself that could be done about it. Those of PostgreSQL have an empty place for that, mostly. */
export function hintOf(error: unknown): string | undefined {
  const hint = property(error, 'hint');
  return typeof hint === 'string' ? hint : undefined;
}

// Of node and its resolver. The name of a container that has stopped can't be resolved either.
const AWAY_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENOENT',
]);
const AWAY_CLASSES: ReadonlySet<string> = new Set(['08', '25', '53', '55', '57', '58']);

/** Whether a database that can't be used now may be there later without anybody changing a setting. */
export function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isAway);
  const state = sqlState(error);
  if (state !== undefined) return AWAY_CLASSES.has(state.slice(0, 2));
  // pg's own time limits have no code.
  return (
    AWAY_CODES.has(String(property(error, 'code'))) || /time(?:d )?-?out|terminated/i.test(reasonOf(error))
  );
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505';
}

export function isForeignKeyViolation(error: unknown): boolean {
  return sqlState(error) === '23503';
}

/** What the trigger of readings says of those whose station was removed. */
export const SERIES_REMOVED = 'TG001';

/** Whether readings were to be stored for a station that was removed a moment before; it may be made anew. */
export function isSeriesRemoved(error: unknown): boolean {
  return sqlState(error) === SERIES_REMOVED;
}

/** Whether there is no room for what was to be written, on the disk or in a quota. */
export function isDiskFull(error: unknown): boolean {
  return sqlState(error) === '53100';
}

/** Whether a lock could not be had at once, or within `lock_timeout`. */
export function isLockNotAvailable(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

/**
 * Whether the server has refused a statement and goes on. Without a SQLSTATE, with one of class 08 (connection exception)
 * or 57P (the server stops) the connection is what broke.
 */
export function isRefusedStatement(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !state.startsWith('08') && !state.startsWith('57P');
}

/** Whether the same transaction may go through a moment later: after a deadlock, or when a partition was dropped or a station removed meanwhile. */
export function isWorthAnotherTry(error: unknown): boolean {
  return sqlState(error)?.startsWith('40') === true || isMissingPartition(error) || isSeriesRemoved(error);
}

/** PostgreSQL reports "no partition of relation found for row" as a check violation that names no constraint. */
export function isMissingPartition(error: unknown): boolean {
  return sqlState(error) === '23514' && property(error, 'constraint') === undefined;
}

/** The five characters of an error that the server sent; `undefined` for those of sockets and of our own. */
export function sqlState(error: unknown): string | undefined {
  const code = property(error, 'code');
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

function property(error: unknown, name: string): unknown {
  return error instanceof Error && name in error ? Reflect.get(error, name) : undefined;
}
