import { readFileSync } from 'node:fs';
import { inProjectFolder } from '../project-folder.ts';
import { LANGUAGES, type Language } from './languages.ts';
import { createNames, type Names } from './names.ts';
import { createWords, type Strings, type Words } from './words.ts';
import { createZonedTime, type ZonedTime } from './zoned-time.ts';

/** How pages speak to somebody, in the owner's time zone. */
export interface Locale {
  readonly language: Language;
  readonly words: Words;
  readonly names: Names;
  readonly zone: ZonedTime;
}

export type Locales = Readonly<Record<Language, Locale>>;

/** @param timeZone an IANA name */
export function readLocales(timeZone: string): Locales {
  const locales = LANGUAGES.map((language): [Language, Locale] => {
    const strings = readStrings(language);
    const words = createWords(strings);
    const names = createNames(strings, words);
    return [language, { language, words, names, zone: createZonedTime(timeZone, words.locale) }];
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one for each language
  return Object.fromEntries(locales) as Record<Language, Locale>;
}

function readStrings(language: Language): Strings {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a test compares the files
  return JSON.parse(readFileSync(inProjectFolder(`templates/strings/${language}.json`), 'utf8')) as Strings;
}
