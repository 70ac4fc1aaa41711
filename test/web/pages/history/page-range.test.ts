import { expect, test } from 'vitest';
import { createLocalDays } from '../../../../src/telemetry/local-days.ts';
import { type PageRange, resolveRange } from '../../../../src/web/pages/history/page-range.ts';
import type { PageState } from '../../../../src/web/pages/history/page-state.ts';

const NOW = Date.parse('2026-11-29T15:30:00Z') * 1000;

function resolve(range: PageState['range'], timeZone = 'Europe/Paris'): PageRange | undefined {
  return resolveRange(range, NOW, createLocalDays(timeZone));
}

function times(range: PageState['range'], timeZone?: string): string {
  const { from, to } = resolve(range, timeZone)!;
  return [from, to].map((time) => new Date(time / 1000).toISOString().replace(':00.000Z', 'Z')).join(' ');
}

test.each([
  ['6h', '2026-11-29T09:30Z 2026-11-29T15:30Z'],
  ['24h', '2026-11-28T15:30Z 2026-11-29T15:30Z'],
  ['7d', '2026-11-22T15:30Z 2026-11-29T15:30Z'],
  ['30d', '2026-10-30T15:30Z 2026-11-29T15:30Z'],
  ['1y', '2025-11-29T15:30Z 2026-11-29T15:30Z'],
  ['all', '0001-01-01T00:00Z 2026-11-29T15:30Z'],
] as const)('%s ends now', (range, expected) => {
  expect(times(range)).toBe(expected);
  expect(resolve(range)).toMatchObject({ isOpen: true, isCurrent: true });
});

test.each([
  ['an ordinary day', '2026-11-01', '2026-11-01', '2026-10-31T23:00Z 2026-11-01T23:00Z'],
  ['the day of 25 hours', '2026-10-25', '2026-10-25', '2026-10-24T22:00Z 2026-10-25T23:00Z'],
  ['the day of 23 hours', '2026-03-29', '2026-03-29', '2026-03-28T23:00Z 2026-03-29T22:00Z'],
  ['days around them', '2026-10-24', '2026-10-26', '2026-10-23T22:00Z 2026-10-26T23:00Z'],
])('dates are whole days of the owner, both included: %s', (_name, from, to, expected) => {
  expect(times({ from, to })).toBe(expected);
});

test('times are taken as they are, and may be mixed with dates', () => {
  const to = '2026-11-01T08:15:30+02:00';
  expect(times({ from: '2026-11-01T06:00:00Z', to })).toBe('2026-11-01T06:00Z 2026-11-01T06:15:30.000Z');
  expect(times({ from: '2026-11-01', to }, 'America/New_York')).toBe(
    '2026-11-01T04:00Z 2026-11-01T06:15:30.000Z',
  );
});

test('a range goes on with the time where nothing says when it ends; now is part of today', () => {
  const shown = (from: string, to: string | undefined): unknown => {
    const { isOpen, isCurrent } = resolve({ from, to })!;
    return [isOpen, isCurrent];
  };
  expect(shown('2026-11-20', undefined)).toEqual([true, true]);
  expect(shown('2026-11-20', '2026-11-29')).toEqual([false, true]);
  expect(shown('2026-11-20', '2026-11-28')).toEqual([false, false]);
  expect(shown('2026-11-30', '2026-12-01')).toEqual([false, false]);
});

test('a range that ends before it begins is none', () => {
  expect(resolve({ from: '2026-11-02', to: '2026-11-01' })).toBeUndefined();
  expect(resolve({ from: '2026-11-30', to: undefined })).toBeUndefined();
  expect(resolve({ from: '2026-11-01T06:00:00Z', to: '2026-11-01T06:00:00Z' })).toBeUndefined();
});
