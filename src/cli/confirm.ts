import { createInterface } from 'node:readline/promises';
import type { Context } from './command.ts';

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
export function canAsk({ stdin, stderr }: Pick<Context, 'stdin' | 'stderr'>): boolean {
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
