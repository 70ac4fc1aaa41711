import type en from '../../templates/strings/en.json';

/*
 * How pages write texts, numbers and ages in one language: in the service when it makes a page, in the browser when it
 * updates one in place, where this very module is bundled.
 */

/** The name of a text in templates/strings/*.json. */
export type TextKey = keyof typeof en;
export type Strings = Readonly<Record<TextKey, string>>;

/** Names of texts that depend on a number. */
type CountKey = TextKey extends infer Key ? (Key extends `${infer Stem}.one` ? Stem : never) : never;

export type Values = Readonly<Record<string, string | number>>;

/** How many decimals a value is written with: exactly so many, or up to two without trailing zeros. */
export type Decimals = '1' | '2' | 'trimmed';

export interface Words {
  /** A BCP 47 tag, for numbers and dates: `en-GB`. */
  readonly locale: string;
  /** The text, with `{name}` replaced by the value of that name. */
  text(key: TextKey, values?: Values): string;
  /** The text for so many of something; `{count}` is how many. */
  count(key: CountKey, count: number): string;
  /** A difference: a measured value with its sign, also a plus. */
  difference(value: number, decimals: Decimals): string;
  /** A measured value, with a true minus sign, which is as wide as a digit, and which screen readers speak. */
  number(value: number, decimals: Decimals): string;
  /** A count, its digits in groups. */
  whole(count: number): string;
  /** `12 s ago`; a time that is ahead of ours counts as now. */
  age(ageMs: number): string;
}

/** In place of a number that is not known. */
export const NO_NUMBER = '\u{2013}';

/** Beyond it, numbers are written with an exponent. */
const HUGE = 1e15;
/** Below it, two decimals would make nothing of a value. */
const SMALL = 0.01;

export function createWords(strings: Strings): Words {
  const locale = strings['language.locale'];
  const format = (options: Intl.NumberFormatOptions): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { useGrouping: false, ...options });
  const fixed = {
    1: format({ minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    2: format({ minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    trimmed: format({ maximumFractionDigits: 2 }),
  };
  const small = format({ maximumSignificantDigits: 2 });
  const huge = format({ notation: 'scientific', maximumFractionDigits: 2 });
  const grouped = new Intl.NumberFormat(locale);
  const plurals = new Intl.PluralRules(locale);

  const text: Words['text'] = (key, values) => fillIn(strings[key], values);
  const whole: Words['whole'] = (count) => grouped.format(count);
  const count: Words['count'] = (key, many) =>
    text(`${key}.${plurals.select(many) === 'one' ? 'one' : 'other'}`, { count: whole(many) });
  const number: Words['number'] = (value, decimals) => {
    const size = Math.abs(value);
    if (size >= HUGE) return withMinus(huge.format(value));
    if (decimals === 'trimmed' && size < SMALL) return withMinus(small.format(value));
    return withMinus(fixed[decimals].format(value));
  };
  return {
    locale,
    text,
    whole,
    count,
    number,
    difference(value, decimals) {
      const signed = number(value, decimals);
      return value > 0 && isNonZero(signed) ? `+${signed}` : signed;
    },
    age(ageMs) {
      const seconds = Math.floor(ageMs / 1000);
      if (seconds < 1) return text('age.now');
      if (seconds < 60) return text('age.seconds', { count: seconds });
      if (seconds < 3600) return text('age.minutes', { count: Math.floor(seconds / 60) });
      if (seconds < 86_400) return text('age.hours', { count: Math.floor(seconds / 3600) });
      return count('age.days', Math.floor(seconds / 86_400));
    },
  };
}

/** Places that nothing was given for stay as they are. */
export function fillIn(text: string, values: Values = {}): string {
  // Most texts have none, and a page of many stations has thousands of them.
  if (!text.includes('{')) return text;
  return text.replaceAll(/\{(\w+)\}/g, (place, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : place,
  );
}

function withMinus(number: string): string {
  return isNonZero(number) ? number.replace('-', '\u{2212}') : number.replace('-', '');
}

function isNonZero(number: string): boolean {
  return /[1-9]/.test(number);
}
