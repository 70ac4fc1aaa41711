import { expect, test } from 'vitest';
import type { LineData } from '../../../../src/web/pages/history/chart-data.ts';
import { POINTS as SERVICE_POINTS } from '../../../../src/web/pages/history/read-charts.ts';
import { planRequests, POINTS, type WantedLine } from '../../../../templates/client/history/plan-requests.ts';

const charts = { from: 1_000_000, to: 1_086_400, isOpen: false };
const options = { charts, units: 'metric,kmh' };

function line(
  metric: string,
  changes: Partial<LineData & Pick<WantedLine, 'shape' | 'every'>> = {},
): WantedLine {
  const spans = [{ from: charts.from, to: charts.to, offset: 0 }];
  const { shape = 'lines', every = '5m', ...more } = changes;
  const known = {
    station: 'outside',
    metric,
    label: metric,
    kind: 'main',
    style: 0,
    spans,
    isBand: false,
  } as const;
  return { shape, every, unit: null, line: { ...known, ...more } };
}

const ask = (lines: readonly WantedLine[], isOpen = false): readonly string[] =>
  planRequests(lines, { ...options, charts: { ...charts, isOpen } }).map(({ url }) => url);

test('all lines of now are asked for at once, each series once', () => {
  expect(ask([line('temperature'), line('humidity'), line('temperature', { kind: 'other' })])).toEqual([
    '/api/history?series=outside:temperature,outside:humidity&from=1970-01-12T13:46:40.000Z&to=1970-01-13T13:46:40.000Z&every=5m&shape=columns&units=metric%2Ckmh',
  ]);
});

test('what goes on until now is asked for without an end', () => {
  expect(ask([line('temperature')], true)[0]).not.toContain('to=');
});

test('each stretch of earlier is a question of its own, in buckets of now, and knows what is to be added to its times', () => {
  const spans = [
    { from: 0, to: 3600, offset: 86_400 },
    { from: 3600, to: 7200, offset: 90_000 },
  ];
  const requests = planRequests(
    [line('temperature'), line('temperature', { kind: 'earlier', spans })],
    options,
  );
  expect(requests.map(({ url }) => /from=(.*)&shape/.exec(url)![1])).toEqual([
    '1970-01-12T13:46:40.000Z&to=1970-01-13T13:46:40.000Z&every=5m',
    '1970-01-01T00:00:00.000Z&to=1970-01-01T01:00:00.000Z&every=5m',
    '1970-01-01T01:00:00.000Z&to=1970-01-01T02:00:00.000Z&every=5m',
  ]);
  expect(requests.map(({ parts }) => parts.map(({ offset }) => offset))).toEqual([[0], [86_400], [90_000]]);
});

test('single readings are asked for as the service has drawn them', () => {
  expect(POINTS).toBe(SERVICE_POINTS);
  const [request] = planRequests([line('temperature', { every: 'raw' })], options);
  expect(request!.url).toContain('&points=400&');
});

test('no question names more series than the service answers', () => {
  const lines = Array.from({ length: 21 }, (_, index) => line(`m${index}`));
  const requests = planRequests(lines, options);
  expect(requests.map(({ parts }) => parts.length)).toEqual([20, 1]);
});

test('bars are of the same width now and earlier, which is not that of lines', () => {
  const spans = [{ from: 0, to: 3600, offset: 86_400 }];
  const bars = { shape: 'bars', every: '1h' } as const;
  const lines = [line('rain', bars), line('rain', { ...bars, kind: 'earlier', spans }), line('temperature')];
  const widths = ask(lines).map((url) => /every=[^&]+|points=[^&]+/.exec(url)![0]);
  expect(widths).toEqual(['every=1h', 'every=1h', 'every=5m']);
});
