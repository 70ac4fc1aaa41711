import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newThingSpeakCounters } from '../../firmware-bridge/thingspeak/counters.ts';
import { createBrokerCounters } from '../../src/broker/counters.ts';
import { newCounters } from '../../src/ingest/counters.ts';
import { inProjectFolder } from '../../src/project-folder.ts';
import { newRollupCounters } from '../../src/retention/counters.ts';
import { newWebCounters } from '../../src/web/counters.ts';
import { LANGUAGES } from '../../src/web/languages.ts';
import { CLIENT_TEXTS } from '../../templates/bundle.ts';

const stringsOf = (language: string): Readonly<Record<string, string>> =>
  JSON.parse(readFileSync(inProjectFolder(`templates/strings/${language}.json`), 'utf8'));
const english = stringsOf('en');

function filesIn(folder: string, ending: string): readonly { path: string; text: string }[] {
  return readdirSync(inProjectFolder(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => ({ path, text: readFileSync(inProjectFolder(`${folder}/${path}`), 'utf8') }));
}

const templates = filesIn('templates', '.hbs');
const client = filesIn('templates/client', '.ts');
const sources = [...filesIn('src', '.ts'), ...client];

test.each(LANGUAGES)('%s has every text, with the same places for values and code', (language) => {
  const strings = stringsOf(language);
  expect(Object.keys(strings)).toStrictEqual(Object.keys(english));
  const parts = (text: string): string[] =>
    (text.match(/\{\w+\}|`[^`]+`|\]\(\w+\)/g) ?? []).toSorted((a, b) => (a < b ? -1 : 1));
  for (const [key, text] of Object.entries(strings)) {
    expect(text.trim(), `text ${key}`).not.toBe('');
    expect(parts(text), `text ${key}`).toStrictEqual(parts(english[key]!));
  }
});

/** What is called so in every language. */
const NAMES = /Thermograph|JSON|°[CF]/g;

test('no template has words of its own', () => {
  expect(templates.length).toBeGreaterThan(8);
  for (const { path, text } of templates) {
    const html = text.replaceAll(/\{\{[^]*?\}\}/g, '');
    const spoken = [...html.matchAll(/\s(?:aria-label|title|alt|placeholder)="([^"]*)"/g)].map(
      ([, value]) => value,
    );
    const words = [html.replaceAll(/<[^>]*>/g, ' '), ...spoken].join(' ').replaceAll(NAMES, '');
    expect(words.match(/\p{L}+/gu) ?? [], `in ${path}`).toStrictEqual([]);
  }
});

test('every text that a page or script names is there, and every text is named somewhere', () => {
  const named = templates.flatMap(({ text }) =>
    [...text.matchAll(/(?:\{\{|\()(?:t|rich) "([^"]+)"/g)].map(([, key]) => key!),
  );
  expect(named.filter((key) => !Object.hasOwn(english, key))).toStrictEqual([]);
  const quoted = new Set(
    [...templates, ...sources].flatMap(({ text }) =>
      [...text.matchAll(/(['"`])([\w.-]+)\1/g)].map(([, , key]) => key),
    ),
  );
  const unused = Object.keys(english)
    .filter((key) => !/^(?:metric|counter|bytes|link|display|trend|range|compare|compass)\./.test(key))
    .filter((key) => !quoted.has(key.replace(/\.(?:one|other)$/, '')) && !quoted.has(key));
  expect(unused).toStrictEqual([]);
});

test('scripts are given the texts that they use', () => {
  const shared = sources.filter(({ path }) => path === 'web/words.ts');
  const used = [...client, ...shared].flatMap(({ text }) =>
    [...text.matchAll(/(?:text|count)\(\s*['"`](\w+)\./g)].map(([, section]) => section!),
  );
  expect(used.length).toBeGreaterThan(3);
  expect(used.filter((section) => !CLIENT_TEXTS.includes(section))).toStrictEqual([]);
});

test('every counter has a name in every language', () => {
  const counters = {
    ...newCounters(),
    ...createBrokerCounters(),
    ...newWebCounters(),
    ...newRollupCounters(),
    ...newThingSpeakCounters(),
  };
  expect(Object.keys(counters).filter((name) => !Object.hasOwn(english, `counter.${name}`))).toStrictEqual(
    [],
  );
});
