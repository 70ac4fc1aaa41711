/** What a command is about is not there: rightly used, and failed. */
export class NotFoundError extends Error {
  readonly code = 'not-found';
  /** Where to look for what there is. */
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.name = 'NotFoundError';
    this.hint = hint;
  }
}
