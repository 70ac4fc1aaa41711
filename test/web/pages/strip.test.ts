import { expect, test } from 'vitest';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import { createSeriesDay, noteReading, type SeriesDay } from '../../../src/telemetry/series-day.ts';
import { drawStrip } from '../../../src/web/pages/strip.ts';

const HOUR = 3_600_000_000;
const QUARTER = HOUR / 4;
const options = {
  now: Date.UTC(2026, 10, 22, 12) * 1000,
  days: createLocalDays('Europe/Paris'),
  leastSpan: 2,
};

/** @param readings hours before now, and values; oldest first */
function dayOf(...readings: readonly (readonly [hoursAgo: number, value: number])[]): SeriesDay {
  const day = createSeriesDay();
  for (const [hoursAgo, value] of readings) noteReading(day, options.now - hoursAgo * HOUR, value);
  return day;
}

test('the trace goes from quarter to quarter, up for more, in the middle half of the paper for two degrees', () => {
  const strip = drawStrip(dayOf([0.5, 10], [0.25, 11], [0, 12]), options)!;
  expect([strip.top, strip.bottom]).toEqual([12.16, 9.84]);
  expect(strip.trace).toBe('M93 372h0l1 -172l1 -172');
});

test('a strip spans two degrees at least: noise is not drawn as weather', () => {
  const strip = drawStrip(dayOf([0.25, 10], [0, 10.2]), options)!;
  expect(strip.top - strip.bottom).toBeCloseTo(2.32);
  expect(drawStrip(dayOf([0.25, 10], [0, 10]), { ...options, leastSpan: 0 })?.trace).toBe('M94 200h0l1 0');
});

test('a gap is a gap: where several readings were missed, the pen was lifted', () => {
  const often = Array.from({ length: 8 }, (_, i): [number, number] => [6 - i / 4, 10]);
  const strip = drawStrip(dayOf(...often, [1, 10], [0.75, 10]), options)!;
  expect(strip.trace.match(/M/g)).toHaveLength(2);
  expect(strip.trace).toContain('M91 200h0l1 0');
});

test('a station that reports each hour is drawn through, and a lone reading is a dot', () => {
  const hourly = Array.from({ length: 10 }, (_, i): [number, number] => [9 - i, 10]);
  expect(drawStrip(dayOf(...hourly), options)?.trace.match(/M/g)).toHaveLength(1);
  expect(drawStrip(dayOf([3, 10]), options)?.trace).toBe('M83 200h0');
});

test('what is older than a day is not drawn, and no day at all is no strip', () => {
  const strip = drawStrip(dayOf([25, 99], [23.5, 10], [0, 12]), options)!;
  expect(strip.trace).toMatch(/^M1 /);
  expect(strip.high.value).toBe(12);
  expect(drawStrip(dayOf([25, 99]), options)).toBeUndefined();
  expect(drawStrip(createSeriesDay(), options)).toBeUndefined();
});

test('hours are printed where they are in the zone of the owner', () => {
  const { midnights, hours } = drawStrip(dayOf([0, 1]), options)!;
  const lines = (path: string): number[] => [...path.matchAll(/M([\d.]+) 0q/g)].map(([, x]) => Number(x));
  // From 12:15 UTC yesterday on; midnight in Paris is 23:00 UTC.
  expect(lines(midnights)).toEqual([(10.75 * HOUR) / QUARTER - 0.5]);
  expect(lines(hours)).toEqual([4.75, 16.75, 22.75].map((hour) => (hour * HOUR) / QUARTER - 0.5));
});
