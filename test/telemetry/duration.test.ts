import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  before,
  type Duration,
  durationWords,
  formatDuration,
  isShorter,
  parseDuration,
} from '../../src/telemetry/duration.ts';

const DAY = 86_400_000_000;

function duration(text: string): Duration {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new Error(`${text} is no duration`);
  return parsed;
}

function back(from: string, text: string): string {
  return new Date(before(Date.parse(from) * 1000, duration(text)) / 1000).toISOString();
}

test.each(['1d', '90d', '12w', '18mo', '2y', '1000y', '365242d', 'forever'])(
  '%s is a duration, and is written as it was read',
  (text) => {
    expect(formatDuration(duration(text))).toBe(text);
  },
);

test.each([
  '',
  '0d',
  '90',
  'd',
  '-1d',
  '1.5y',
  '1h',
  '18m',
  '90D',
  ' 90d',
  '90 d',
  '01d',
  '1001y',
  '365243d',
  '1e3d',
  'for ever',
  '9'.repeat(400),
])('%j is none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('no text makes the parser throw', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseDuration(text)));
});

test('days and weeks are of 24 hours; months and years are those of the calendar', () => {
  expect(back('2026-03-31T10:20:30.456Z', '90d')).toBe('2025-12-31T10:20:30.456Z');
  expect(back('2026-03-31T10:20:30.456Z', '2w')).toBe('2026-03-17T10:20:30.456Z');
  expect(back('2026-03-31T10:20:30.456Z', '18mo')).toBe('2024-09-30T10:20:30.456Z');
  expect(back('2024-02-29T00:00:00.000Z', '1y')).toBe('2023-02-28T00:00:00.000Z');
  expect(back('2024-02-29T00:00:00.000Z', '4y')).toBe('2020-02-29T00:00:00.000Z');
  expect(before(0, 'forever')).toBe(-Infinity);
});

test('a day longer reaches back a day further, whatever the time', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e15 }), fc.integer({ min: 1, max: 9999 }), (time, count) => {
      const shorter = before(time, { count, unit: 'd' });
      expect(shorter - before(time, { count: count + 1, unit: 'd' })).toBe(DAY);
    }),
  );
});

test('a month longer reaches back further', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e15 }), fc.integer({ min: 1, max: 999 }), (time, count) => {
      const nearer = before(time, { count, unit: 'mo' });
      expect(nearer - before(time, { count: count + 1, unit: 'mo' })).toBeGreaterThanOrEqual(28 * DAY);
    }),
  );
});

test('twelve months are a year, 365 days a little less, and nothing is as long as for ever', () => {
  expect(isShorter(duration('12mo'), duration('1y'))).toBe(false);
  expect(isShorter(duration('1y'), duration('12mo'))).toBe(false);
  expect(isShorter(duration('365d'), duration('1y'))).toBe(true);
  expect(isShorter(duration('1000y'), 'forever')).toBe(true);
  expect(isShorter('forever', 'forever')).toBe(false);
});

test('durations are told to a person in words', () => {
  expect(['1d', '12w', '18mo', '1y', 'forever'].map((text) => durationWords(duration(text)))).toEqual([
    'for 1 day',
    'for 12 weeks',
    'for 18 months',
    'for 1 year',
    'for ever',
  ]);
});
