import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChartDates } from '../../../../src/web/chart-dates.ts';
import { createTickLabels } from '../../../../templates/client/history/tick-labels.ts';
import { createTimeTicks } from '../../../../templates/client/history/time-ticks.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const seconds = (time: string): number => Date.parse(time) / 1000;

/** What clocks in a zone show, as Intl knows it: `2026-03-29 03:00:00`. */
function clockIn(timeZone: string): (time: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (time) => format.format(time * 1000);
}

test.each([
  [
    'an hour is left out',
    '2026-03-29T00:00+01:00',
    '2026-03-29T06:00+02:00',
    ['00', '01', '03', '04', '05', '06'],
  ],
  [
    'an hour comes twice',
    '2026-10-25T00:00+02:00',
    '2026-10-25T05:00+01:00',
    ['00', '01', '02', '02', '03', '04', '05'],
  ],
])('where %s, there is a mark at each hour that clocks show', (_what, from, to, hours) => {
  const { times, stepSeconds } = createTimeTicks('Europe/Paris')(seconds(from), seconds(to), 6);
  expect(stepSeconds).toBe(HOUR);
  expect(times.map((time) => clockIn('Europe/Paris')(time).slice(11, 13))).toEqual(hours);
});

test('marks six hours apart stay at 0, 6, 12 and 18 where clocks are set', () => {
  for (const day of ['2026-03-28T23:00Z', '2026-10-24T22:00Z']) {
    const { times } = createTimeTicks('Europe/Berlin')(seconds(day), seconds(day) + 1.5 * DAY, 6);
    const hours = times.map((time) => clockIn('Europe/Berlin')(time).slice(11, 16));
    expect(hours).toEqual(['00:00', '06:00', '12:00', '18:00', '00:00', '06:00'].concat(hours.slice(6)));
  }
});

const ZONES = [
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
];
/** Steps in seconds, and what the clock shows at each of their marks. */
const round: readonly (readonly [number, RegExp])[] = [
  [60, /:00$/],
  [HOUR, /:00:00$/],
  [3 * HOUR, /(?:00|03|06|09|12|15|18|21):00:00$/],
  [12 * HOUR, /(?:00|12):00:00$/],
];

test('in every zone, all year, marks are where clocks show round times, and none of those is left out', () => {
  const tick = new Map(ZONES.map((zone) => [zone, createTimeTicks(zone)]));
  const start = fc.integer({ min: seconds('2018-01-01T00:00Z'), max: seconds('2027-01-01T00:00Z') });
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      start,
      fc.constantFrom(...round),
      (zone, from, [step, pattern]) => {
        const to = from + step * 9;
        const clock = clockIn(zone);
        const expected: number[] = [];
        const grain = Math.min(step, 1800);
        for (let time = Math.ceil(from / grain) * grain; time <= to; time += grain) {
          if (pattern.test(clock(time))) expected.push(time);
        }
        const { times, stepSeconds } = tick.get(zone)!(from, to, 9);
        expect(stepSeconds).toBe(step);
        expect(times).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

test('days and longer begin at midnight of the zone, also where there is none', () => {
  const fortnight = createTimeTicks('America/Sao_Paulo')(
    seconds('2018-10-28T12:00Z'),
    seconds('2018-11-11T12:00Z'),
    14,
  );
  const clock = clockIn('America/Sao_Paulo');
  expect(fortnight.times.map(clock).filter((text) => !text.endsWith('00:00:00'))).toEqual([
    '2018-11-04 01:00:00',
  ]);
  expect(fortnight.times.length).toBe(14);
  const year = createTimeTicks('Europe/Paris')(
    seconds('2025-11-29T12:00Z'),
    seconds('2026-11-29T12:00Z'),
    12,
  );
  expect(year.times.map(clockIn('Europe/Paris'))).toEqual(
    ['2025-12', ...Array.from({ length: 11 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')}`)].map(
      (month) => `${month}-01 00:00:00`,
    ),
  );
  const century = createTimeTicks('UTC')(seconds('1931-01-01T00:00Z'), seconds('2026-01-01T00:00Z'), 6);
  expect(century.times.map((time) => new Date(time * 1000).getUTCFullYear())).toEqual([
    1940, 1960, 1980, 2000, 2020,
  ]);
});

test('there are never many more marks than there is room for', () => {
  const ticks = createTimeTicks('Europe/Paris');
  const span = fc.double({ min: 5, max: 200 * 365 * DAY, noNaN: true });
  fc.assert(
    fc.property(span, fc.integer({ min: 1, max: 24 }), (length, most) => {
      const from = seconds('1990-06-15T07:13Z');
      expect(ticks(from, from + length, most).times.length).toBeLessThanOrEqual(most + 2 + most / 6);
    }),
  );
});

test('labels have the clock of the zone, and the date where a day begins', () => {
  const label = createTickLabels(createChartDates('Europe/Paris', 'en-GB'));
  const times = ['2026-11-28T18:00+01:00', '2026-11-29T00:00+01:00', '2026-11-29T06:00+01:00'].map(seconds);
  expect(label(times, 6 * HOUR)).toEqual(['18:00', '29 Nov', '06:00']);
  expect(label(times.slice(0, 1), 10)).toEqual(['18:00:00']);
  const months = ['2026-12-01T00:00+01:00', '2027-01-01T00:00+01:00', '2027-02-01T00:00+01:00'].map(seconds);
  expect(label(months, 31 * DAY)).toEqual(['Dec', '2027', 'Feb']);
  expect(label(months, 400 * DAY)).toEqual(['2026', '2027', '2027']);
  expect(label(months.slice(0, 1), 7 * DAY)).toEqual(['1 Dec']);
  expect(createTickLabels(createChartDates('Europe/Paris', 'de-DE'))(times.slice(1, 2), HOUR)).toEqual([
    '29. Nov.',
  ]);
});
