import { UsageError } from './command.ts';

const MOST_CHARACTERS = 200;
const GREATEST = 2 ** 31 - 1;
/** Control characters, line breaks, and what turns the direction of all text that follows: titles go to terminals and other programs. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** Reads what a page is to show; each is `undefined` where it was not given, and `null` where it is to be as if nothing had been said. */
export interface DisplayReader {
  text(name: string, given: string | undefined): string | null | undefined;
  position(given: string | undefined): number | null | undefined;
  /** To be called with the mistakes that were found elsewhere. @throws UsageError with all */
  refuseMistakes(...more: readonly string[]): void;
}

export function createDisplayReader(): DisplayReader {
  const mistakes: string[] = [];
  return {
    text(name, given) {
      const text = given?.trim();
      if (text !== undefined && text.length > MOST_CHARACTERS) {
        mistakes.push(`--${name} may have ${MOST_CHARACTERS} characters.`);
      }
      if (text !== undefined && UNSEEN.test(text)) {
        mistakes.push(`--${name} must be one line, without control characters.`);
      }
      return text === '' ? null : text;
    },
    position(given) {
      const text = given?.trim();
      if (text === undefined) return undefined;
      if (text === '') return null;
      const number = Number(text);
      if (Number.isInteger(number) && Math.abs(number) <= GREATEST) return number;
      mistakes.push('--position must be a whole number.');
      return undefined;
    },
    refuseMistakes(...more) {
      if (mistakes.length + more.length > 0) throw new UsageError([...mistakes, ...more]);
    },
  };
}

/** Without those that were not given. */
export function givenOf<T extends object>(changes: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- some of its own properties
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>;
  };
}
