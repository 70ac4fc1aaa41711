export type BackupErrorCode =
  /** The file is no backup, or of a form that this program does not know. */
  | 'not-a-backup'
  /** It is a backup, and not all of it is there as it was written. */
  | 'backup-damaged'
  /** It was taken by a newer Thermograph. */
  | 'backup-too-new'
  /** The schema is of a newer Thermograph. */
  | 'database-too-new'
  /** There is no schema of ours in the database. */
  | 'nothing-to-back-up'
  /** What is to be restored into holds something already, or is of a newer schema. */
  | 'database-not-empty'
  | 'database-in-use'
  | 'file-exists'
  | 'file-not-usable';

/** A backup can't be taken, or can't be restored; `hint` tells the owner what to do. Trying again at once does not help. */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;
  readonly hint: string;

  constructor(code: BackupErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.hint = hint;
  }
}

export function damaged(what: string, cause?: unknown): BackupError {
  return new BackupError(
    'backup-damaged',
    `The backup is damaged, or not complete: ${what}.`,
    'Nothing of it was restored. Copy it again from where it was taken to, or use another one.',
    cause,
  );
}

export function notABackup(what: string, cause?: unknown): BackupError {
  return new BackupError(
    'not-a-backup',
    `This is no backup of Thermograph's: ${what}.`,
    'What "export" has written is taken back by "import".',
    cause,
  );
}
