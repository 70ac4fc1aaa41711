import { expect, test } from 'vitest';
import type { SeriesRate } from '../../../src/storage/station-rates-query.ts';
import { createSeriesDay, noteReading } from '../../../src/telemetry/series-day.ts';
import { readLocales } from '../../../src/web/locales.ts';
import { stationRates } from '../../../src/web/pages/station-rates.ts';

const { en, de } = readLocales('UTC');
const RATE: SeriesRate = { station: 'outside', metric: 'temperature', count: 1440, isOlder: true };

/** What came, a reading each so many seconds. */
function every(seconds: number | undefined) {
  const day = createSeriesDay();
  const times = seconds === undefined ? [] : [1, 2, 3, 4, 5].map((index) => index * seconds * 1e6);
  for (const time of times) noteReading(day, time, 1);
  return () => day;
}

test.each([
  ['all that is usual', [RATE], 60, '1,440 readings in 24 hours, about every 60 s'],
  ['nearly all', [{ ...RATE, count: 1400 }], 60, '1,400 readings in 24 hours, about every 60 s'],
  [
    'half of it',
    [{ ...RATE, count: 720 }],
    60,
    '720 readings in 24 hours, about every 60 s, 50 % of a full day at that pace',
  ],
  [
    'a station that is new',
    [{ ...RATE, count: 5, isOlder: false }],
    900,
    '5 readings in 24 hours, about every 15 min',
  ],
  [
    'two metrics',
    [RATE, { ...RATE, metric: 'humidity' }],
    60,
    '2,880 readings in 24 hours, about every 60 s',
  ],
  ['a flood', [RATE], 0.1, '1,440 readings in 24 hours, about every 100 ms, 0 % of a full day at that pace'],
  ['a handful that came at once', [{ ...RATE, count: 30 }], 0.01, '30 readings in 24 hours'],
  ['one a month', [{ ...RATE, count: 1 }], 2_600_000, '1 reading in 24 hours'],
  ['no interval yet', [{ ...RATE, count: 1 }], undefined, '1 reading in 24 hours'],
])('%s', (_what, rates, seconds, text) => {
  expect(stationRates(rates, every(seconds), en).get('outside')).toBe(text);
});

test('in German, too', () => {
  expect(stationRates([{ ...RATE, count: 720 }], every(60), de).get('outside')).toBe(
    '720 Messwerte in 24 Stunden, etwa alle 60 s, 50 % eines ganzen Tages in diesem Takt',
  );
});
