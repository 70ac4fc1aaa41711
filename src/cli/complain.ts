import { ConfigError } from '../config.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_MISUSED } from '../interrupts.ts';
import { hintOf, isAway, isDiskFull, reasonOf } from '../storage/failure.ts';
import { PartlyDoneError, UsageError } from './command.ts';

/** The rest is done. */
const EXIT_PARTLY_DONE = 3;

/** Ctrl-C. */
export class InterruptedError extends Error {
  readonly code = 'interrupted';

  constructor() {
    super('Interrupted. Nothing was left running.');
    this.name = 'InterruptedError';
  }
}

/** What to say about a failure, and to exit with. A person's mistake has no stack trace; a defect of ours has. */
export function explain(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof UsageError || error instanceof ConfigError) {
    return { text: error.message, exitCode: EXIT_MISUSED };
  }
  if (error instanceof PartlyDoneError) return { text: error.message, exitCode: EXIT_PARTLY_DONE };
  if (error instanceof InterruptedError) return { text: error.message, exitCode: EXIT_INTERRUPTED };
  if (isDiskFull(error)) {
    const hint =
      'Free some room on the disk of the database, and give the command again; docs/disk-full.md tells how.';
    return { text: `The database has no room: ${reasonOf(error)}\n  ${hint}`, exitCode: EXIT_FAILED };
  }
  const given = hintOf(error);
  if (given !== undefined) return { text: `${reasonOf(error)}\n  ${given}`, exitCode: EXIT_FAILED };
  if (isAway(error)) {
    const hint = 'See whether it is done, and try again when the database is back.';
    return { text: `The database went away: ${reasonOf(error)}\n  ${hint}`, exitCode: EXIT_FAILED };
  }
  if (error instanceof Error && 'severity' in error) {
    return { text: `The database refused it: ${reasonOf(error)}`, exitCode: EXIT_FAILED };
  }
  const details = error instanceof Error ? error.stack : String(error);
  return { text: `Thermograph failed: ${details}`, exitCode: EXIT_FAILED };
}
