import { bytesText } from '../../src/telemetry/bytes-text.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { showValue, type UnitSystem } from '../../src/web/display-units.ts';
import { ageText, counterName, freshness, metricName, numberText } from '../../src/web/words.ts';
import { createZonedTime } from '../../src/web/zoned-time.ts';

interface Words {
  readonly ageText: typeof ageText;
  readonly freshness: typeof freshness;
  readonly numberText: typeof numberText;
  fullTime(milliseconds: number, timeZone: string): string;
}

/** What browsers run. */
const browser = (await import(new URL('../../templates/assets/words.js', import.meta.url).href)) as Words;

test('a page that is updated in the browser reads as if the service had made it anew', () => {
  const zone = createZonedTime('America/New_York');
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom('1' as const, '2' as const, 'trimmed' as const),
      fc.integer({ min: -10_000, max: 400 * 86_400_000 }),
      (value, decimals, milliseconds) => {
        expect(browser.numberText(value, decimals)).toBe(numberText(value, decimals));
        expect(browser.ageText(milliseconds)).toBe(ageText(milliseconds));
        expect(browser.freshness(milliseconds)).toBe(freshness(milliseconds));
        const time = 1_700_000_000_000 + milliseconds;
        expect(browser.fullTime(time, 'America/New_York')).toBe(zone.full(time * 1000));
      },
    ),
  );
});

test.each([
  [21.46, '1', '21.5'],
  [-0.04, '1', '0.0'],
  [-3.46, '1', '\u{2212}3.5'],
  [1013.25, '1', '1013.3'],
  [48, 'trimmed', '48'],
  [7.654321, 'trimmed', '7.65'],
  [0.000432, 'trimmed', '0.00043'],
  [-0, 'trimmed', '0'],
  [1e300, 'trimmed', '1e+300'],
] as const)('%d with decimals %s is written %s', (value, decimals, text) => {
  expect(numberText(value, decimals)).toBe(text);
});

test.each([
  [-5000, 'just now'],
  [999, 'just now'],
  [12_900, '12 s ago'],
  [60_000, '1 min ago'],
  [3_599_999, '59 min ago'],
  [3_600_000, '1 h ago'],
  [86_400_000, '1 day ago'],
  [5 * 86_400_000, '5 days ago'],
])('%d ms is %s', (age, text) => {
  expect(ageText(age)).toBe(text);
});

test('a reading is late after 15 minutes, and stale after an hour', () => {
  expect(freshness(15 * 60_000)).toBe('fresh');
  expect(freshness(15 * 60_000 + 1)).toBe('late');
  expect(freshness(60 * 60_000)).toBe('late');
  expect(freshness(60 * 60_000 + 1)).toBe('stale');
});

test.each([
  ['wind_speed', 'Wind speed'],
  ['temperature.soil_10cm', 'Temperature, soil 10cm'],
  ['co2', 'CO\u{2082}'],
  ['constructor', 'Constructor'],
])('the metric %s is called %s', (metric, name) => {
  expect(metricName(metric)).toBe(name);
});

test('counters and sizes are written for people', () => {
  expect(counterName('messages_received')).toBe('Messages received');
  expect(bytesText(0)).toBe('0 bytes');
  expect(bytesText(10_600_000)).toBe('10.6 MB');
});

test.each([
  [21.5, '°C', 'imperial', 70.7, '°F'],
  [70.7, '°F', 'metric', 21.5, '°C'],
  [1013.25, 'hPa', 'imperial', 29.9212553471, 'inHg'],
  [10, 'm/s', 'imperial', 22.3693629205, 'mph'],
  [25.4, 'mm', 'imperial', 1, 'in'],
  [48, '%', 'imperial', 48, '%'],
  [21.5, '°C', 'metric', 21.5, '°C'],
  [21.5, '°C', undefined, 21.5, '°C'],
  [7, null, 'imperial', 7, null],
  [7, 'constructor', 'imperial', 7, 'constructor'],
] as [number, string | null, UnitSystem | undefined, number, string | null][])(
  '%d %s in %s units is %d %s',
  (value, unit, system, shown, shownUnit) => {
    const result = showValue(value, unit, system);
    expect(result.value).toBeCloseTo(shown, 9);
    expect(result.unit).toBe(shownUnit);
  },
);
