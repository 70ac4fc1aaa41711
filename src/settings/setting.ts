/** One setting: its environment variable, what it means, and how its text is read. */
export interface Setting<T> {
  readonly env: string;
  /** As the documentation shows it; the text that is read when the variable is not set or empty, if `read` takes it. */
  readonly default: string;
  readonly allowed: string;
  readonly description: string;
  /** Never shown in an error. */
  readonly secret?: true;
  /** Whether most owners look for it. */
  readonly isCommon?: true;
  /** Returns the value, or throws {@link Mistake} with what is wrong. */
  readonly read: (text: string | undefined, env: Environment) => T;
}

/** The environment, as the settings are read from it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with the text of a setting. */
export class Mistake extends Error {}

/** @throws Mistake */
export function integer(text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = Number(text);
  if (/^\d{1,16}$/.test(text) && number >= least && number <= most) return number;
  throw new Mistake(
    most === Number.MAX_SAFE_INTEGER
      ? `not a whole number of at least ${least}`
      : `not a whole number from ${least} to ${most}`,
  );
}

/** @throws Mistake */
export function boolean(text: string): boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  throw new Mistake('use true or false');
}

/** @throws Mistake */
export function oneOf<T extends string>(allowed: readonly T[], text: string): T {
  const found = allowed.find((value) => value === text);
  if (found === undefined) throw new Mistake(`not one of ${allowed.join(', ')}`);
  return found;
}
