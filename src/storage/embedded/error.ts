/** Why the embedded PostgreSQL can't serve. None of these goes away by trying again at once. */
export type EmbeddedServerErrorCode =
  /** There are no PostgreSQL binaries for this operating system, processor or C library. */
  | 'platform-unsupported'
  /** There would be binaries, but they are not installed, or not completely. */
  | 'binary-missing'
  /** DATA_DIR, or a folder in it, can't be read, written, entered or trusted. */
  | 'folder-not-usable'
  /** DATA_DIR holds no database, and none is to be made. */
  | 'no-database'
  /** The database was made by another major version of PostgreSQL. */
  | 'data-version'
  /** It was made by an older one, and could not be carried over to this one. */
  | 'not-carried-over'
  /** Another Thermograph works with this DATA_DIR. */
  | 'data-dir-in-use'
  /** We are root, PostgreSQL refuses root, and no other user can serve here. */
  | 'cannot-drop-root'
  /** It was started again at another address than the one that is known. */
  | 'moved'
  /** PostgreSQL said no; its last words are in the message. */
  | 'start-failed';

/** The embedded PostgreSQL can't serve; `hint` tells the owner what to do about it. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
  readonly code: EmbeddedServerErrorCode;
  readonly hint: string;

  constructor(code: EmbeddedServerErrorCode, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = hint;
  }
}

/** The `code` of an error of Node's or of pg's (`ENOENT`, `57P03`); '' where there is none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** An error's message, for the end of a message of ours. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What an owner can always do instead. */
export const USE_OWN_DATABASE = 'set DATABASE_URL to a PostgreSQL server of your own (14 or newer)';
