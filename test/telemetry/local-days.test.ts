import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLocalDays } from '../../src/telemetry/local-days.ts';
import type { Micros } from '../../src/telemetry/reading.ts';

const HOUR: Micros = 3_600_000_000;

function at(time: string): Micros {
  return Date.parse(time) * 1000;
}

test.each([
  ['UTC', '2026-03-29T12:00Z', '2026-03-29T00:00Z', 24],
  ['Europe/Berlin', '2026-03-29T12:00Z', '2026-03-28T23:00Z', 23],
  ['Europe/Berlin', '2026-10-25T12:00Z', '2026-10-24T22:00Z', 25],
  ['America/New_York', '2026-11-01T12:00Z', '2026-11-01T04:00Z', 25],
  ['Asia/Kolkata', '2026-10-25T18:29Z', '2026-10-24T18:30Z', 24],
  ['Asia/Kolkata', '2026-11-22T20:00Z', '2026-11-22T18:30Z', 24],
  ['Australia/Lord_Howe', '2026-04-05T00:00Z', '2026-04-04T13:00Z', 24.5],
  ['Australia/Lord_Howe', '2026-10-04T00:00Z', '2026-10-03T13:30Z', 23.5],
  // Midnight comes twice, and the day begins with the first.
  ['America/Havana', '2026-11-01T12:00Z', '2026-11-01T04:00Z', 25],
  // The day before has midnight's hour once more.
  ['America/Sao_Paulo', '2018-02-18T01:30Z', '2018-02-17T02:00Z', 25],
  // There is no midnight.
  ['America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04T03:00Z', 23],
  // There was no 30 December.
  ['Pacific/Apia', '2011-12-30T09:59Z', '2011-12-29T10:00Z', 24],
  ['Pacific/Apia', '2011-12-30T10:00Z', '2011-12-30T10:00Z', 24],
  // A minute after midnight clocks were set back to yesterday.
  ['America/St_Johns', '2006-10-29T03:00Z', '2006-10-29T02:30Z', 25],
])('in %s the day of %s begins at %s and has %d hours', (timeZone, time, start, hours) => {
  const day = createLocalDays(timeZone).at(at(time));
  expect(new Date(day.start / 1000).toISOString()).toBe(new Date(start).toISOString());
  expect((day.end - day.start) / HOUR).toBe(hours);
});

test('the days that end in a stretch are those that end after its beginning, and not after its end', () => {
  const days = createLocalDays('Europe/Berlin');
  const ends = (from: string, to: string): readonly string[] =>
    days.endingBetween(at(from), at(to)).map(({ end }) => new Date(end / 1000).toISOString());
  expect(ends('2026-10-24T22:00Z', '2026-10-26T22:59Z')).toEqual(['2026-10-25T23:00:00.000Z']);
  expect(ends('2026-10-24T21:59Z', '2026-10-26T23:00Z')).toEqual([
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
    '2026-10-26T23:00:00.000Z',
  ]);
  expect(ends('2026-10-24T22:00Z', '2026-10-25T22:59Z')).toEqual([]);
});

test('in every zone days follow on each other without a gap, and a time lies in its own', () => {
  const zones = new Map(Intl.supportedValuesOf('timeZone').map((name) => [name, createLocalDays(name)]));
  const time = fc.integer({ min: at('1900-01-01T00:00Z'), max: at('2050-01-01T00:00Z') });
  fc.assert(
    fc.property(fc.constantFrom(...zones.keys()), time, (name, moment) => {
      const days = zones.get(name)!;
      const day = days.at(moment);
      expect(day.start).toBeLessThanOrEqual(moment);
      expect(day.end).toBeGreaterThan(moment);
      expect(days.at(day.start)).toEqual(day);
      expect(days.at(day.end).start).toBe(day.end);
      expect(days.at(day.start - 1).end).toBe(day.start);
      const date = new Intl.DateTimeFormat('en-CA', { timeZone: name });
      expect(date.format(day.start / 1000)).not.toBe(date.format((day.start - 1000) / 1000));
    }),
    { numRuns: 1_000 },
  );
});
