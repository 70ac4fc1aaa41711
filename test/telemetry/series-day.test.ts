import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createSeriesDay,
  forEachQuarter,
  lowAndHigh,
  medianGap,
  noteQuarter,
  noteReading,
  noteTimes,
  oldestSince,
  QUARTER,
  type SeriesDay,
  type TimedValue,
} from '../../src/telemetry/series-day.ts';
import { trendOf } from '../../src/telemetry/trend.ts';

const NOON = Date.UTC(2026, 10, 22, 12) * 1000;
const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;

function dayOf(...readings: readonly (readonly [minutes: number, value: number])[]): SeriesDay {
  const day = createSeriesDay();
  for (const [minutes, value] of readings) noteReading(day, NOON + minutes * MINUTE, value);
  return day;
}

const reading = fc.record({
  measuredAt: fc.integer({ min: 0, max: 20 * 60 }).map((minutes) => NOON + minutes * MINUTE),
  value: fc.integer({ min: -20, max: 20 }),
});

test('lowest, highest and oldest are those of all readings, in whatever order they come, and twice', () => {
  fc.assert(
    fc.property(
      fc.array(reading, { minLength: 1 }),
      fc.integer({ min: 0, max: 90 }),
      (readings, quarters) => {
        const day = createSeriesDay();
        for (const { measuredAt, value } of [...readings, ...readings]) noteReading(day, measuredAt, value);
        const from = NOON + quarters * QUARTER;
        const since = readings.filter(({ measuredAt }) => measuredAt >= from);
        const by = (compare: (a: TimedValue, b: TimedValue) => number): TimedValue | undefined =>
          since.toSorted((a, b) => compare(a, b) || a.measuredAt - b.measuredAt)[0];
        const found = lowAndHigh(day, from, NOON + 48 * HOUR);
        expect(found?.low).toEqual(by((a, b) => a.value - b.value));
        expect(found?.high).toEqual(by((a, b) => b.value - a.value));
        expect(oldestSince(day, from)?.measuredAt).toBe(by(() => 0)?.measuredAt);
      },
    ),
  );
});

test('what the database holds may come after what was committed meanwhile', () => {
  const day = dayOf([5, 7], [8, 9]);
  const at = (minutes: number, value: number): TimedValue => ({ measuredAt: NOON + minutes * MINUTE, value });
  noteQuarter(day, { first: at(1, 8), low: at(3, 6), high: at(8, 9) });
  noteQuarter(day, { first: at(-20, 1), low: at(-20, 1), high: at(-18, 2) });
  expect(lowAndHigh(day, NOON, NOON + HOUR)).toEqual({ low: at(3, 6), high: at(8, 9) });
  expect(lowAndHigh(day, NOON - HOUR, NOON + HOUR)?.low).toEqual(at(-20, 1));
  expect(oldestSince(day, NOON)).toEqual(at(1, 8));
  expect(lowAndHigh(day, NOON - HOUR, NOON - 30 * MINUTE)).toBeUndefined();
});

test('no more than a long day is kept', () => {
  const day = createSeriesDay();
  for (let i = 0; i < 2000; i += 1) noteReading(day, NOON + i * QUARTER, i);
  noteReading(day, NOON, -1000);
  const starts: number[] = [];
  forEachQuarter(day, 0, (start) => starts.push(start));
  expect(starts).toHaveLength(26 * 4 + 1);
  expect(starts.at(-1)).toBe(NOON + 1999 * QUARTER);
  expect(day.numbers).toHaveLength(starts.length * 7);
});

test('a quarter is drawn at the middle between its extremes, and one without readings not at all', () => {
  const day = dayOf([0, 1], [5, 4], [40, 10]);
  const drawn: [number, number][] = [];
  forEachQuarter(day, NOON, (start, middle) => drawn.push([start - NOON, middle]));
  expect(drawn).toEqual([
    [0, 2.5],
    [2 * QUARTER, 10],
  ]);
});

test('the interval is the median: one that was missed, or a backlog of the past, does not change it', () => {
  const day = dayOf([0, 1], [1, 1], [2, 1], [60, 1], [61, 1], [30, 1], [61, 2]);
  expect(medianGap(day)).toBe(MINUTE);
  expect(medianGap(dayOf([0, 1]))).toBeUndefined();
  const restarted = dayOf([0, 1]);
  noteTimes(
    restarted,
    [10, 9, 8, 5].map((minutes) => NOON + minutes * MINUTE),
  );
  expect(medianGap(restarted)).toBe(MINUTE);
  noteTimes(day, [NOON + HOUR, NOON]);
  expect(medianGap(day), 'it has seen some itself').toBe(MINUTE);
});

test('the trend compares with the oldest reading of three hours, and needs one', () => {
  const newest = (minutes: number, value: number): TimedValue => ({
    measuredAt: NOON + minutes * MINUTE,
    value,
  });
  const day = dayOf([-200, 99], [-170, 10], [-60, 18], [0, 12]);
  expect(trendOf(day, newest(0, 12), 0.5)).toEqual({
    direction: 'rising',
    change: 2,
    duration: 170 * MINUTE,
  });
  expect(trendOf(day, newest(0, 9), 0.5)?.direction).toBe('falling');
  expect(trendOf(day, newest(0, 10.4), 0.5)?.direction).toBe('steady');
  expect(trendOf(dayOf([0, 1], [59, 9]), newest(59, 9), 0.5)).toBeUndefined();
  expect(trendOf(dayOf([0, 1], [60, 9]), newest(60, 9), 0.5)?.direction).toBe('rising');
});
