import { describe, expect, test } from 'vitest';
import { bucketStarts } from '../../src/telemetry/bucket-starts.ts';
import type { CalendarUnit } from '../../src/telemetry/bucket-width.ts';
import { createLocalDays } from '../../src/telemetry/local-days.ts';

const micros = (text: string): number => Date.parse(text) * 1000;

function starts(zone: string, unit: CalendarUnit, from: string, to: string): string[] {
  const span = { from: micros(from), to: micros(to) };
  return bucketStarts(span, unit, createLocalDays(zone)).map((time) =>
    new Date(time / 1000).toISOString().replace(':00.000Z', 'Z'),
  );
}

describe('days begin at midnight of the zone', () => {
  test('also where clocks are set forward and back', () => {
    expect(starts('Europe/Paris', 'day', '2026-03-28T12:00Z', '2026-03-30T22:00Z')).toEqual([
      '2026-03-27T23:00Z',
      '2026-03-28T23:00Z',
      '2026-03-29T22:00Z',
    ]);
    expect(starts('Europe/Paris', 'day', '2026-10-24T22:00Z', '2026-10-26T23:00Z')).toEqual([
      '2026-10-24T22:00Z',
      '2026-10-25T23:00Z',
    ]);
  });

  test('with the first of two midnights, and with no midnight', () => {
    expect(starts('America/Havana', 'day', '2026-11-01T04:30Z', '2026-11-02T05:00Z')).toEqual([
      '2026-11-01T04:00Z',
    ]);
    expect(starts('America/Havana', 'day', '2026-03-08T04:59Z', '2026-03-08T05:01Z')).toEqual([
      '2026-03-07T05:00Z',
      '2026-03-08T05:00Z',
    ]);
  });

  test('where a date was left out, there is no bucket for it', () => {
    expect(starts('Pacific/Apia', 'day', '2011-12-29T12:00Z', '2011-12-31T12:00Z')).toEqual([
      '2011-12-29T10:00Z',
      '2011-12-30T10:00Z',
      '2011-12-31T10:00Z',
    ]);
  });
});

test('weeks begin on Monday', () => {
  expect(starts('Asia/Kolkata', 'week', '2026-11-22T18:29Z', '2026-11-22T18:31Z')).toEqual([
    '2026-11-15T18:30Z',
    '2026-11-22T18:30Z',
  ]);
  expect(starts('UTC', 'week', '1969-12-30T00:00Z', '1970-01-06T00:00Z')).toEqual([
    '1969-12-29T00:00Z',
    '1970-01-05T00:00Z',
  ]);
});

test('months, quarters and years begin with their first day', () => {
  const of = (unit: CalendarUnit): string[] =>
    starts('Europe/Paris', unit, '2025-12-31T22:59Z', '2026-03-31T22:00Z');
  expect(of('month')).toEqual([
    '2025-11-30T23:00Z',
    '2025-12-31T23:00Z',
    '2026-01-31T23:00Z',
    '2026-02-28T23:00Z',
  ]);
  expect(of('quarter')).toEqual(['2025-09-30T22:00Z', '2025-12-31T23:00Z']);
  expect(of('year')).toEqual(['2024-12-31T23:00Z', '2025-12-31T23:00Z']);
});

test('years before 100 are those that they are', () => {
  expect(starts('UTC', 'year', '0050-06-01T00:00:00Z', '0051-06-01T00:00:00Z')).toHaveLength(2);
});
