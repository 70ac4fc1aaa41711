import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketStarts } from '../../src/telemetry/bucket-starts.ts';
import {
  type HistorySource,
  planHistory,
  type RolledUp,
  type Segment,
} from '../../src/telemetry/history-plan.ts';
import { HOUR } from '../../src/telemetry/hours.ts';
import { createLocalDays } from '../../src/telemetry/local-days.ts';
import type { Span } from '../../src/telemetry/spans.ts';

const FIRST = Date.UTC(2026, 2, 27) * 1000;
const at = (hours: number): number => FIRST + hours * HOUR;
const span = (from: number, to: number): Span => ({ from: at(from), to: at(to) });
const ALL_ROLLED: RolledUp = { until: at(1000), marks: [], rawFrom: Number.NEGATIVE_INFINITY };

/** Hours since {@link FIRST}. */
function plan(
  asked: Span,
  rolledUp: Partial<RolledUp> = {},
  coarsest: HistorySource = 'day',
  zone = 'UTC',
): [HistorySource, number, number][] {
  return planHistory(asked, { ...ALL_ROLLED, ...rolledUp }, { coarsest, days: createLocalDays(zone) }).map(
    ({ source, from, to }) => [source, (from - FIRST) / HOUR, (to - FIRST) / HOUR],
  );
}

test('whole days are taken as days, then whole hours, and readings at the ends', () => {
  expect(plan(span(-1.5, 50.25))).toEqual([
    ['raw', -1.5, -1],
    ['hour', -1, 0],
    ['day', 0, 48],
    ['hour', 48, 50],
    ['raw', 50, 50.25],
  ]);
  expect(plan(span(0, 48))).toEqual([['day', 0, 48]]);
});

test('buckets that days do not fit into are made of hours, and those that hours do not, of readings', () => {
  expect(plan(span(0, 48), {}, 'hour')).toEqual([['hour', 0, 48]]);
  expect(plan(span(0, 48), {}, 'raw')).toEqual([['raw', 0, 48]]);
});

test('a stretch within one hour is readings', () => {
  expect(plan(span(1.25, 1.75))).toEqual([['raw', 1.25, 1.75]]);
});

test('what is not rolled up yet is readings', () => {
  expect(plan(span(0, 50), { until: at(26) })).toEqual([
    ['day', 0, 24],
    ['hour', 24, 26],
    ['raw', 26, 50],
  ]);
  expect(plan(span(0, 50), { until: Number.NEGATIVE_INFINITY })).toEqual([['raw', 0, 50]]);
});

test('a marked hour is readings, and the day around it hours', () => {
  expect(plan(span(0, 72), { marks: [{ from: at(30.5), to: at(30.5) + 1 }] })).toEqual([
    ['day', 0, 24],
    ['hour', 24, 30],
    ['raw', 30, 31],
    ['hour', 31, 48],
    ['day', 48, 72],
  ]);
});

test('days are those of the zone, 23 and 25 hours long where clocks are changed', () => {
  expect(plan(span(0, 96), {}, 'day', 'Europe/Paris')).toEqual([
    ['hour', 0, 23],
    ['day', 23, 94],
    ['hour', 94, 96],
  ]);
});

test('where days begin within an hour, the rest of it is readings', () => {
  expect(plan(span(0, 48), {}, 'day', 'Asia/Kolkata')).toEqual([
    ['hour', 0, 18],
    ['raw', 18, 18.5],
    ['day', 18.5, 42.5],
    ['raw', 42.5, 43],
    ['hour', 43, 48],
  ]);
});

test('of what has expired the hours that the stretch touches count in full, marked or not', () => {
  const marks = [span(1, 2)];
  expect(plan(span(0.5, 3.5), { rawFrom: at(48), marks })).toEqual([['hour', 0, 4]]);
  expect(plan(span(-0.5, 50), { rawFrom: at(48), marks })).toEqual([
    ['hour', -1, 0],
    ['day', 0, 48],
    ['hour', 48, 50],
  ]);
  expect(plan(span(0.5, 50), { rawFrom: at(48) }, 'raw')).toEqual([
    ['hour', 0, 48],
    ['raw', 48, 50],
  ]);
});

test('of expired days that begin within an hour there are hours', () => {
  expect(plan(span(0, 48), { rawFrom: at(42) }, 'day', 'Asia/Kolkata')).toEqual([
    ['hour', 0, 42],
    ['hour', 42, 48],
  ]);
});

test('whatever is asked, the parts follow on each other, and roll-ups are whole, rolled and not marked', () => {
  const time = fc.integer({ min: at(-30), max: at(130) });
  const spans = fc.tuple(time, time).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 }));
  const hour = fc.integer({ min: -30, max: 130 }).map(at);
  const zones = fc.constantFrom('UTC', 'Europe/Paris', 'Asia/Kolkata', 'America/Havana');
  fc.assert(
    fc.property(
      spans,
      fc.array(spans, { maxLength: 4 }),
      hour,
      fc.constantFrom<HistorySource>('raw', 'hour', 'day'),
      zones,
      (asked, marks, until, coarsest, zone) => {
        const days = createLocalDays(zone);
        const cuts = bucketStarts({ from: at(-60), to: at(160) }, 'day', days).filter(
          (cut) => cut % HOUR !== 0,
        );
        const segments = planHistory(asked, { ...ALL_ROLLED, until, marks }, { coarsest, days, cuts });
        expect(segments.map(({ from }) => from)).toEqual([
          asked.from,
          ...segments.slice(0, -1).map(({ to }) => to),
        ]);
        expect(segments.at(-1)!.to).toBe(asked.to);
        for (const segment of segments.filter(({ source }) => source !== 'raw')) {
          expect(segment.to).toBeLessThanOrEqual(until);
          expect(marks.some((mark) => mark.from < segment.to && mark.to > segment.from)).toBe(false);
          expect(isWhole(segment, zone)).toBe(true);
          const { source, from, to } = segment;
          if (source === 'hour') expect(cuts.some((cut) => cut > from && cut < to)).toBe(false);
        }
      },
    ),
  );
});

function isWhole({ source, from, to }: Segment, zone: string): boolean {
  if (source === 'hour') return from % HOUR === 0 && to % HOUR === 0;
  const days = createLocalDays(zone);
  return days.at(from).start === from && days.at(to).start === to;
}
