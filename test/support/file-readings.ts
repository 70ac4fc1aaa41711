import fc from 'fast-check';
import type { Micros } from '../../src/telemetry/reading.ts';
import { isMetricName } from '../../src/telemetry/topic.ts';
import { defaultUnit, parseUnit } from '../../src/telemetry/units.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS = LOWER + LOWER.toUpperCase();
const DIGITS = '0123456789';
const anyOf = (characters: string) => fc.constantFrom(...characters.split(''));
const text = (characters: string, maxLength: number) => fc.string({ unit: anyOf(characters), maxLength });

/** Every name that a station may have, and some that look like something else. */
export const anyStation = fc.oneof(
  fc.constantFrom(
    'a',
    '0',
    '1e5',
    'null',
    'true',
    'status',
    'station',
    'x'.repeat(64),
    'a.b-c_d',
    '2026-01-01',
  ),
  fc.tuple(anyOf(LETTERS + DIGITS), text(`${LETTERS}${DIGITS}._-`, 63)).map(([first, rest]) => first + rest),
);

export const anyMetric = fc
  .oneof(
    fc.constantFrom(
      'temperature',
      'temperature.in',
      'null',
      'true',
      'e',
      'station',
      'metric',
      'm'.repeat(64),
    ),
    fc.tuple(anyOf(LOWER), text(`${LOWER}${DIGITS}_.`, 63)).map(([first, rest]) => first + rest),
  )
  .filter(isMetricName);

/** As series have them: in our spelling. What CSV has to quote is among them. */
export const anyUnit = fc
  .oneof(
    fc.constantFrom('°C', 'W/m²', 'a"b', '"', '""', 'a,b', ',', '#', "'", '=1+1', '{', 'null', '½ µ€', '😀'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }),
  )
  .map((unit) => parseUnit(unit))
  .filter((unit) => typeof unit === 'string');

/** The unit that a series may have that was made by a reading; null only where the metric's name tells none. */
export function unitOf(metric: string, unit: string | null): string | null {
  return unit ?? defaultUnit(metric);
}

/** All that the table can hold, of what stations may send. */
export const anyValue = fc
  .oneof(
    fc.constantFrom(
      0,
      -0,
      5e-324,
      -5e-324,
      1.7976931348623157e308,
      2 ** 53,
      1e21,
      1e-7,
      0.1 + 0.2,
      123456789.123,
    ),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  .map((value) => (value === 0 ? 0 : value));

const FIRST: Micros = Date.UTC(2000, 0) * 1000;
const LAST: Micros = Date.UTC(2026, 0) * 1000;

/** To the microsecond, or to the second, of a few months. */
export const anyTime = fc
  .tuple(
    fc.constantFrom(FIRST, Date.UTC(2012, 1, 29) * 1000, Date.UTC(2025, 11, 31, 23, 59) * 1000, LAST),
    fc.oneof(
      fc.integer({ min: 0, max: 120_000_000 }),
      fc.integer({ min: 0, max: 120 }).map((seconds) => seconds * 1_000_000),
      fc.integer({ min: 0, max: 120_000 }).map((milliseconds) => milliseconds * 1000),
    ),
  )
  .map(([base, offset]) => base + offset);
