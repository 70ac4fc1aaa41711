import { expect, test } from 'vitest';
import { IMPERIAL, METRIC, parseUnitSystem, tokensOf } from '../../src/telemetry/unit-system.ts';
import { showValue } from '../../src/web/display-units.ts';

test.each([
  ['metric', METRIC],
  ['imperial', IMPERIAL],
  ['c,ms,hpa,mm', METRIC],
  ['F,mph,inHg,in', IMPERIAL],
  ['imperial,metric', METRIC],
])('%s is one of the two systems', (text, system) => {
  expect(parseUnitSystem(text)).toBe(system);
});

test('single units stand beside those that hold already, and later ones outdo earlier ones', () => {
  expect(parseUnitSystem('kmh')?.key).toBe('c,kmh,hpa,mm');
  expect(parseUnitSystem('kn', IMPERIAL)?.key).toBe('f,kn,inhg,in');
  expect(parseUnitSystem('metric,km/h,°F', IMPERIAL)?.key).toBe('f,kmh,hpa,mm');
  expect(parseUnitSystem('kmh, kn')?.key).toBe('c,kn,hpa,mm');
  expect(parseUnitSystem('kmh')).toBe(parseUnitSystem('ms,kmh'));
  const known = parseUnitSystem('f,kn')!;
  expect(parseUnitSystem(known.key)).toBe(known);
  expect(tokensOf(known)).toEqual(['f', 'kn', 'hpa', 'mm']);
});

test.each(['', 'kelvin', 'c,,ms', '__proto__', 'constructor', 'metric;', 'c ms'])('%j is none', (text) => {
  expect(parseUnitSystem(text)).toBeUndefined();
});

test.each([
  [21.5, '°C', 'imperial', 70.7, '°F'],
  [70.7, '°F', 'metric', 21.5, '°C'],
  [1013.25, 'hPa', 'imperial', 29.9212553471, 'inHg'],
  [101_325, 'Pa', 'metric', 1013.25, 'hPa'],
  [10, 'm/s', 'imperial', 22.3693629205, 'mph'],
  [10, 'm/s', 'kmh', 36, 'km/h'],
  [36, 'km/h', 'metric', 10, 'm/s'],
  [18.52, 'km/h', 'imperial,kn', 10, 'kn'],
  [25.4, 'mm', 'imperial', 1, 'in'],
  [2.54, 'mm/h', 'in', 0.1, 'in/h'],
  [0.1, 'in/h', 'mm', 2.54, 'mm/h'],
  [30, 'cm', 'metric', 30, 'cm'],
  [25.4, 'cm', 'imperial', 10, 'in'],
  [48, '%', 'imperial', 48, '%'],
  [21.5, '°C', 'metric', 21.5, '°C'],
  [2700, 'K', 'imperial', 2700, 'K'],
  [7, null, 'imperial', 7, null],
  [7, 'constructor', 'imperial', 7, 'constructor'],
] as [number, string | null, string, number, string | null][])(
  '%d %s in units %s is %d %s',
  (value, unit, system, shown, shownUnit) => {
    const result = showValue(value, unit, parseUnitSystem(system));
    expect(result.value).toBeCloseTo(shown, 9);
    expect(result.unit).toBe(shownUnit);
  },
);

test('without a choice every unit stays as it is', () => {
  expect(showValue(21.5, '°F', undefined)).toEqual({ value: 21.5, unit: '°F' });
});
