import { expect, test } from 'vitest';
import { freshness } from '../../src/web/freshness.ts';
import { preferredLanguage } from '../../src/web/languages.ts';
import { readLocales } from '../../src/web/locales.ts';
import { richText } from '../../src/web/rich-text.ts';

const { en, de } = readLocales('Europe/Paris');

test.each([
  [21.46, '1', '21.5', '21,5'],
  [-0.04, '1', '0.0', '0,0'],
  [-3.46, '1', '\u{2212}3.5', '\u{2212}3,5'],
  [1013.25, '1', '1013.3', '1013,3'],
  [29.921, '2', '29.92', '29,92'],
  [48, 'trimmed', '48', '48'],
  [7.654321, 'trimmed', '7.65', '7,65'],
  [0.000432, 'trimmed', '0.00043', '0,00043'],
  [-0.000432, 'trimmed', '\u{2212}0.00043', '\u{2212}0,00043'],
  [-0, 'trimmed', '0', '0'],
  [1e300, 'trimmed', '1E300', '1E300'],
] as const)('%d with decimals %s is written %s, and %s in German', (value, decimals, text, german) => {
  expect(en.words.number(value, decimals)).toBe(text);
  expect(de.words.number(value, decimals)).toBe(german);
});

test.each([
  [-5000, 'just now', 'gerade eben'],
  [999, 'just now', 'gerade eben'],
  [12_900, '12 s ago', 'vor 12 s'],
  [60_000, '1 min ago', 'vor 1 min'],
  [3_599_999, '59 min ago', 'vor 59 min'],
  [3_600_000, '1 h ago', 'vor 1 h'],
  [86_400_000, '1 day ago', 'vor 1 Tag'],
  [5 * 86_400_000, '5 days ago', 'vor 5 Tagen'],
])('%d ms is %s, and %s in German', (age, text, german) => {
  expect(en.words.age(age)).toBe(text);
  expect(de.words.age(age)).toBe(german);
});

test.each([
  // In minutes: the interval, then the last moments of fresh, late and stale.
  [undefined, [15, 30, 60]],
  [1 / 6, [0.5, 15, 60]],
  [1, [2.5, 15, 60]],
  [10, [25, 50, 60]],
  [60, [150, 300, 300]],
] as const)(
  'with an interval of %s minutes a reading is fresh, late and stale until %s',
  (interval, limits) => {
    const of = (minutes: number): string => freshness(minutes * 60_000, interval && interval * 60_000);
    const after = limits.map((limit) => of(limit + 1 / 60_000));
    expect(limits.map(of)).toEqual(
      limits[1] === limits[2] ? ['fresh', 'late', 'late'] : ['fresh', 'late', 'stale'],
    );
    expect(after).toEqual(limits[1] === limits[2] ? ['late', 'gone', 'gone'] : ['late', 'stale', 'gone']);
  },
);

test.each([
  ['wind_speed', 'Wind speed', 'Windgeschwindigkeit'],
  ['temperature.soil_10cm', 'Temperature, soil 10cm', 'Temperatur, soil 10cm'],
  ['co2', 'CO\u{2082}', 'CO\u{2082}'],
  ['snow_depth', 'Snow depth', 'Snow depth'],
  ['constructor', 'Constructor', 'Constructor'],
])('the metric %s is called %s, and %s in German', (metric, name, german) => {
  expect(en.names.metric(metric)).toBe(name);
  expect(de.names.metric(metric)).toBe(german);
});

test('counters and sizes are written for people', () => {
  expect(en.names.counter('messages_received')).toBe('Messages received');
  expect(en.names.counter('not_known_yet')).toBe('Not known yet');
  expect(en.names.bytes(0)).toBe('0 bytes');
  expect(en.names.bytes(10_600_000)).toBe('10.6 MB');
  expect(de.names.bytes(10_600_000)).toBe('10,6 MB');
  expect([en.words.whole(1_234_567), de.words.whole(1_234_567)]).toEqual(['1,234,567', '1.234.567']);
});

test('times are those of the zone, in the words of the language', () => {
  const time = Date.UTC(2026, 10, 22, 13, 5) * 1000;
  expect(en.zone.full(time)).toBe('Sun, 22 Nov 2026, 14:05 CET');
  expect(de.zone.full(time)).toBe('So., 22. Nov. 2026, 14:05 MEZ');
});

test.each([
  ['de-CH,de;q=0.9,en;q=0.8', 'de'],
  ['fr-FR, en-US;q=0.5, de;q=0.7', 'de'],
  ['en;q=0, fr', undefined],
  ['de;q=0.5,en;q=0.5', 'de'],
  ['*', undefined],
  ['', undefined],
  [undefined, undefined],
])('who asks for %s is answered in %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});

test('a rich text escapes all but its own code and links', () => {
  const hostile = '<b>"`x`[y](z)';
  expect(richText('a & `b` {x} [c](to)', { x: hostile, to: '/?a="&b' })).toBe(
    'a &amp; <code>b</code> &lt;b&gt;&quot;`x`[y](z) <a href="/?a=&quot;&amp;b">c</a>',
  );
});
