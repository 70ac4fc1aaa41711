import { describe, expect, test } from 'vitest';
import { convertUnit, defaultUnit, parseUnit } from '../../src/telemetry/units.ts';

describe('units', () => {
  test.each([
    [0, '°C', '°F', 32],
    [100, '°C', '°F', 212],
    [-40, '°F', '°C', -40],
    [273.15, 'K', '°C', 0],
    [29.92, 'inHg', 'hPa', 1013.2075],
    [101_325, 'Pa', 'hPa', 1013.25],
    [36, 'km/h', 'm/s', 10],
    [10, 'mph', 'm/s', 4.4704],
    [1, 'kn', 'km/h', 1.852],
    [1, 'in', 'mm', 25.4],
  ])('%d %s in %3$s is as tables have it', (value, from, to, expected) => {
    expect(convertUnit(value, from, to)).toBeCloseTo(expected, 3);
  });

  test('what measures something else can not be converted', () => {
    expect(convertUnit(1, '°C', 'hPa')).toBeUndefined();
    expect(convertUnit(1, 'bananas', 'hPa')).toBeUndefined();
    expect(convertUnit(1, 'constructor', '__proto__')).toBeUndefined();
  });

  test.each([
    ['C', '°C'],
    ['degF', '°F'],
    ['mbar', 'hPa'],
    ['HPA', 'hPa'],
    ['kt', 'kn'],
    [' % ', '%'],
    ['µS/cm', 'µS/cm'],
  ])('%j is spelled %j', (written, spelled) => {
    expect(parseUnit(written)).toBe(spelled);
  });

  test('a metric says its unit by its first segment', () => {
    expect(defaultUnit('temperature.in')).toBe('°C');
    expect(defaultUnit('constructor')).toBeNull();
    expect(defaultUnit('frogs')).toBeNull();
  });
});
