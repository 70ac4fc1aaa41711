import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Earlier, earlierSpans } from '../../src/telemetry/earlier-span.ts';
import { createLocalDays } from '../../src/telemetry/local-days.ts';
import type { Micros } from '../../src/telemetry/reading.ts';

const HOUR: Micros = 3_600_000_000;
const DAY: Micros = 24 * HOUR;

function at(time: string): Micros {
  return Date.parse(time) * 1000;
}

function text(time: Micros): string {
  return new Date(time / 1000).toISOString().slice(0, 16);
}

function earlier(timeZone: string, [from, to]: readonly [string, string], by: Earlier): readonly string[] {
  const spans = earlierSpans({ from: at(from), to: at(to) }, by, createLocalDays(timeZone));
  return spans.map((span) => `${text(span.from)} ${text(span.to)} ${span.offset / HOUR}`);
}

test.each<[string, [string, string], Earlier, string[]]>([
  // 12:00 to 12:00 on the day before.
  ['UTC', ['2026-05-02T12:00Z', '2026-05-03T12:00Z'], { days: 1 }, ['2026-05-01T12:00 2026-05-02T12:00 24']],
  ['UTC', ['2026-05-02T12:00Z', '2026-05-03T12:00Z'], { days: 7 }, ['2026-04-25T12:00 2026-04-26T12:00 168']],
  // The week before had summer time: the same hours of the clock, an hour of UTC earlier.
  [
    'Europe/Berlin',
    ['2026-10-27T11:00Z', '2026-10-28T11:00Z'],
    { days: 7 },
    ['2026-10-20T10:00 2026-10-21T10:00 169'],
  ],
  // Clocks are set back in the middle of the present; before that, days lie exactly under each other.
  [
    'Europe/Berlin',
    ['2026-10-24T22:00Z', '2026-10-26T23:00Z'],
    { days: 7 },
    ['2026-10-17T22:00 2026-10-18T22:00 168', '2026-10-18T22:00 2026-10-19T22:00 169'],
  ],
  // They were set back in the past: the 25th hour is left out.
  [
    'Europe/Berlin',
    ['2026-10-31T23:00Z', '2026-11-02T23:00Z'],
    { days: 7 },
    ['2026-10-24T22:00 2026-10-25T22:00 169', '2026-10-25T23:00 2026-10-26T23:00 168'],
  ],
  [
    'UTC',
    ['2026-05-02T00:00Z', '2026-05-03T00:00Z'],
    { years: 1 },
    ['2025-05-02T00:00 2025-05-03T00:00 8760'],
  ],
  // 2023 had no 29 February.
  [
    'UTC',
    ['2024-02-28T00:00Z', '2024-03-02T00:00Z'],
    { years: 1 },
    ['2023-02-28T00:00 2023-03-01T00:00 8760', '2023-03-01T00:00 2023-03-02T00:00 8784'],
  ],
  // That of 2024 has nothing to lie under.
  [
    'UTC',
    ['2025-02-28T00:00Z', '2025-03-02T00:00Z'],
    { years: 1 },
    ['2024-02-28T00:00 2024-02-29T00:00 8784', '2024-03-01T00:00 2024-03-02T00:00 8760'],
  ],
])('in %s what lies before %j by %j is %j', (timeZone, span, by, expected) => {
  expect(earlier(timeZone, span, by)).toEqual(expected);
});

test('what is compared lies within the present, on the same hour of the clock, and never over itself', () => {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Berlin', timeStyle: 'short' });
  const days = createLocalDays('Europe/Berlin');
  fc.assert(
    fc.property(
      fc.integer({ min: at('2015-01-01T00:00Z') / HOUR, max: at('2026-01-01T00:00Z') / HOUR }),
      fc.integer({ min: 1, max: 500 }),
      fc.oneof(
        fc.record({ days: fc.integer({ min: 1, max: 60 }) }),
        fc.record({ years: fc.integer({ min: 1, max: 5 }) }),
      ),
      (fromHour, hours, by) => {
        const span = { from: fromHour * HOUR, to: (fromHour + hours) * HOUR };
        let until = span.from;
        for (const { from, to, offset } of earlierSpans(span, by, days)) {
          expect(from + offset).toBeGreaterThanOrEqual(until);
          expect(to + offset).toBeLessThanOrEqual(span.to);
          until = to + offset;
          // Noon of any day in it; not on days of the change, whose noon is an hour off from midnight.
          const noon = days.at(from).start + DAY / 2;
          const isPlain = (time: Micros): boolean => days.at(time).end - days.at(time).start === DAY;
          if (noon < from || noon >= to || !isPlain(noon) || !isPlain(noon + offset)) continue;
          expect(clock.format((noon + offset) / 1000)).toBe(clock.format(noon / 1000));
        }
      },
    ),
  );
});
