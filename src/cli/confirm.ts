import { createInterface } from 'node:readline/promises';
import { type Context, type Option, UsageError } from './command.ts';

/** Of commands that remove what can't be brought back. */
export const REMOVAL_OPTIONS = {
  yes: { type: 'boolean', description: 'do it without asking' },
  'dry-run': { type: 'boolean', description: 'say what would go, and remove nothing' },
} as const satisfies Readonly<Record<string, Option>>;

type Removal = Pick<Context, 'stdin' | 'stderr'> & {
  readonly options: { readonly yes?: boolean; readonly 'dry-run'?: boolean; readonly json?: boolean };
};

/** To be called first by a command that asks, for whom there may be nobody to be asked. @throws UsageError */
export function requireConsent({ options, ...streams }: Removal): void {
  const { yes, 'dry-run': isDryRun, json } = options;
  if (yes || isDryRun || (!json && canAsk(streams))) return;
  throw new UsageError([
    "What it removes can't be brought back: see what would go with --dry-run, then say --yes.",
  ]);
}

/** Whoever was asked did not say so. */
export class NotConfirmedError extends Error {
  readonly code = 'not-confirmed';
  readonly hint: string;

  constructor(word: string) {
    super('Nothing was changed.');
    this.name = 'NotConfirmedError';
    this.hint = `To go on, type ${word} when you are asked; or give --yes.`;
  }
}

/** Whether somebody sits there who can be asked. */
function canAsk({ stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>): boolean {
  return 'isTTY' in stdin && stdin.isTTY === true && stderr.isTTY === true;
}

/** Has the person at the terminal type a word. @throws NotConfirmedError, or the reason of the signal */
export async function confirm(
  { stdin, tell, signal }: Pick<Context, 'stdin' | 'tell' | 'signal'>,
  word: string,
): Promise<void> {
  tell(`Type ${word} to go on:`);
  const lines = createInterface({ input: stdin });
  try {
    const typed = await lines.question('', { signal });
    if (typed.trim() !== word) throw new NotConfirmedError(word);
  } finally {
    lines.close();
  }
}
