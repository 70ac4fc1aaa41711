import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COMPARISONS,
  MOST_METRICS,
  MOST_OTHERS,
  type PageState,
  parseState,
  RANGES,
  stateQuery,
  stateUrl,
} from '../../../../src/web/pages/history/page-state.ts';

const USUAL: PageState = {
  station: 'outside',
  range: '24h',
  metrics: undefined,
  others: [],
  compare: undefined,
  isTable: false,
};

const parse = (query: string): ReturnType<typeof parseState> =>
  parseState('outside', new URLSearchParams(query));

describe('an address says what is shown', () => {
  test.each<[string, Partial<PageState>]>([
    ['', {}],
    ['range=7d', { range: '7d' }],
    ['range=', {}],
    ['from=2026-11-01&to=2026-11-03', { range: { from: '2026-11-01', to: '2026-11-03' } }],
    ['from=2026-11-01&to=', { range: { from: '2026-11-01', to: undefined } }],
    ['range=7d&from=2026-11-01&to=2026-11-03', { range: { from: '2026-11-01', to: '2026-11-03' } }],
    [
      'from=2026-11-01T06:30:00Z&to=2026-11-01T08:00:00+02:00',
      { range: { from: '2026-11-01T06:30:00Z', to: '2026-11-01T08:00:00+02:00' } },
    ],
    ['metrics=pressure,temperature', { metrics: ['pressure', 'temperature'] }],
    ['metrics=pressure,pressure,,', { metrics: ['pressure'] }],
    ['metrics=pressure&metrics=rain', { metrics: ['pressure', 'rain'] }],
    [
      'with=inside:temperature&with=attic:humidity',
      {
        others: [
          { station: 'inside', metric: 'temperature' },
          { station: 'attic', metric: 'humidity' },
        ],
      },
    ],
    ['compare=1y', { compare: '1y' }],
    ['view=table', { isTable: true }],
    ['units=imperial&lang=de&anything=else', {}],
  ])('%s', (query, expected) => {
    expect(parse(query)).toEqual({ ok: true, state: { ...USUAL, ...expected } });
  });
});

describe('what is wrong with an address is found, with the parameter at fault', () => {
  const names = (count: number): string => Array.from({ length: count }, (_, index) => `a${index}`).join();
  test.each([
    ['range=2h', 'range', 'range', '2h'],
    ['from=yesterday&to=2026-11-03', 'moment', 'from', 'yesterday'],
    ['from=2026-02-30', 'moment', 'from', '2026-02-30'],
    ['from=2026-11-01T06:30:00', 'moment', 'from', '2026-11-01T06:30:00'],
    ['from=2026-11-01&to=2026-02-31T00:00:00Z', 'moment', 'to', '2026-02-31T00:00:00Z'],
    ['to=2026-11-03', 'moment', 'from', ''],
    ['metrics=Rain', 'names', 'metrics', 'Rain'],
    [`metrics=${names(MOST_METRICS + 1)}`, 'too-many', 'metrics', String(MOST_METRICS)],
    ['with=inside', 'names', 'with', 'inside'],
    ['with=inside:temperature:x', 'names', 'with', 'inside:temperature:x'],
    ['with=<b>:temperature', 'names', 'with', '<b>:temperature'],
    [`with=${names(MOST_OTHERS + 1).replaceAll('a', 'x:a')}`, 'too-many', 'with', String(MOST_OTHERS)],
    ['compare=4y', 'compare', 'compare', '4y'],
    ['compare=1d&range=all', 'compare-all', 'compare', '1d'],
    ['view=list', 'view', 'view', 'list'],
  ])('%s', (query, code, field, value) => {
    expect(parse(query)).toEqual({ ok: false, mistake: { code, field, value } });
  });
});

const date = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .map((day) => day.toISOString());
const moment = fc.oneof(
  date.map((text) => text.slice(0, 10)),
  date,
  date.map((text) => text.replace('Z', '+05:30')),
);
const metric = fc.stringMatching(/^[a-z][a-z0-9_.]{0,20}$/);
const station = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
const state: fc.Arbitrary<PageState> = fc
  .record({
    station,
    range: fc.oneof(
      fc.constantFrom(...RANGES),
      fc.record({ from: moment, to: fc.option(moment, { nil: undefined }) }),
    ),
    metrics: fc.option(fc.uniqueArray(metric, { minLength: 1, maxLength: MOST_METRICS }), { nil: undefined }),
    others: fc.uniqueArray(fc.record({ station, metric }), {
      maxLength: MOST_OTHERS,
      selector: (one) => `${one.station}:${one.metric}`,
    }),
    compare: fc.option(fc.constantFrom(...COMPARISONS), { nil: undefined }),
    isTable: fc.boolean(),
  })
  .map((made) => (made.range === 'all' ? { ...made, compare: undefined } : made));

test('whatever is shown, its address says so, and so does a form with the same fields', () => {
  fc.assert(
    fc.property(state, (shown) => {
      const { pathname, searchParams } = new URL(stateUrl(shown), 'http://localhost');
      expect(pathname).toBe(`/stations/${shown.station}`);
      expect(parseState(shown.station, searchParams)).toEqual({ ok: true, state: shown });
      expect(parseState(shown.station, new URLSearchParams(stateQuery(shown)))).toEqual({
        ok: true,
        state: shown,
      });
    }),
  );
});

describe('the address of a change', () => {
  const shown: PageState = {
    ...USUAL,
    range: '7d',
    metrics: ['temperature', 'rain'],
    others: [{ station: 'inside', metric: 'temperature' }],
    compare: '1y',
  };
  test.each<[Partial<PageState>, string]>([
    [{}, '?range=7d&metrics=temperature,rain&with=inside:temperature&compare=1y'],
    [{ range: '24h', others: [] }, '?metrics=temperature,rain&compare=1y'],
    [{ range: 'all' }, '?range=all&metrics=temperature,rain&with=inside:temperature'],
    [
      { range: { from: '2026-11-01', to: '2026-11-02' }, metrics: undefined, others: [], compare: undefined },
      '?from=2026-11-01&to=2026-11-02',
    ],
    [{ range: '24h', metrics: undefined, others: [], compare: undefined }, ''],
  ])('%o', (change, query) => {
    expect(stateUrl(shown, change)).toBe(`/stations/outside${query}`);
  });
});
