import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { rollUp } from '../support/rolled-up.ts';
import { type Row, seedSeries } from '../support/series.ts';
import { startWeb, type TestWeb, useWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const MIDNIGHT = Date.UTC(2026, 10, 22) * 1000;
const now = Date.now() * 1000;

/** A reading a minute, which counts the minutes; none in the third hour. */
const DAY_OF_MINUTES: Row[] = Array.from({ length: 1440 }, (_, minute) => ({
  measuredAt: MIDNIGHT + minute * MINUTE,
  value: minute,
})).filter(({ value }) => value < 120 || value >= 180);

let database: TestDatabase;
let web: TestWeb;
beforeAll(async () => {
  database = await createTestDatabase();
  const seed = (station: string, metric: string, unit: string | null, rows: Row[]) =>
    seedSeries(database.pool, { station, metric, unit }, rows);
  await seed('outside', 'temperature', '°C', DAY_OF_MINUTES);
  await seed('inside', 'temperature', '°C', [
    { measuredAt: MIDNIGHT + 30 * MINUTE + 500_000, value: 20 },
    { measuredAt: MIDNIGHT + 30 * MINUTE + 500_000, value: 21 },
    { measuredAt: MIDNIGHT + 90 * MINUTE, value: 20.25 },
  ]);
  await rollUp(database.pool, { until: MIDNIGHT + 20 * HOUR, timeZone: 'Europe/Paris' });
  await seed('now', 'temperature', '°C', [
    { measuredAt: now - 25 * HOUR, value: 1 },
    { measuredAt: now - 23 * HOUR, value: 2 },
    { measuredAt: now + MINUTE, value: 3 },
  ]);
  await seed('damp', 'humidity', 'per "cent", or so', [{ measuredAt: MIDNIGHT, value: 50 }]);
  web = await startWeb(createWebParts({ pool: database.pool }));
});
afterAll(async () => {
  await web.close();
  await database.drop();
});

const OUTSIDE = '/api/stations/outside/history?from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z';
const BOTH = OUTSIDE.replace(
  '/stations/outside/history?',
  '/history?series=outside:temperature,inside:temperature&',
);

test('a stretch is answered in buckets, and one with nothing in it is left out', async () => {
  const { status, body } = await web.ask(
    '/api/stations/outside/history?metric=temperature&from=2026-11-22T00:00:00Z&to=2026-11-22T04:00:00Z&every=1h',
  );
  expect(status).toBe(200);
  expect(body).toStrictEqual({
    station: 'outside',
    metric: 'temperature',
    unit: '°C',
    kind: 'plain',
    from: '2026-11-22T00:00:00.000Z',
    to: '2026-11-22T04:00:00.000Z',
    every: '1h',
    everySeconds: 3600,
    timeZone: 'Europe/Paris',
    buckets: [
      { time: '2026-11-22T00:00:00.000Z', count: 60, min: 0, avg: 29.5, max: 59 },
      { time: '2026-11-22T01:00:00.000Z', count: 60, min: 60, avg: 89.5, max: 119 },
      { time: '2026-11-22T03:00:00.000Z', count: 60, min: 180, avg: 209.5, max: 239 },
    ],
  });
});

test('everything is from the year 1 to the year 9999, as programs have it', async () => {
  const { status, body } = await web.ask(
    '/api/stations/outside/history?from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.999Z&every=1y',
  );
  expect([status, body.buckets.length]).toEqual([200, 1]);
  expect(body.buckets[0].count).toBe(DAY_OF_MINUTES.length);
});

test('from is inclusive and to exclusive, to the microsecond, and the bucket begins where it does for all', async () => {
  const { body } = await web.ask(
    '/api/stations/outside/history?every=15m&from=2026-11-22T00:04:00.000001Z&to=2026-11-22T00:17:00Z',
  );
  expect(body.buckets).toStrictEqual([
    { time: '2026-11-22T00:00:00.000Z', count: 10, min: 5, avg: 9.5, max: 14 },
    { time: '2026-11-22T00:15:00.000Z', count: 2, min: 15, avg: 15.5, max: 16 },
  ]);
});

describe('points', () => {
  test.each([
    ['', '5m', 300],
    ['points=1000', '2m', 120],
    ['points=24', '1h', 3600],
    ['points=1', '1d', 86_400],
  ])('%s: a day is in buckets of %s', async (points, every, everySeconds) => {
    const { body } = await web.ask(`${OUTSIDE}&${points}`);
    expect([body.every, body.everySeconds]).toEqual([every, everySeconds]);
  });

  test('where there are no more readings than points, they come as they are', async () => {
    const { body } = await web.ask(`${OUTSIDE}&points=1380`);
    expect([body.every, body.everySeconds]).toEqual(['raw', 0]);
    expect(body.buckets).toHaveLength(1380);
    expect(body.buckets[1]).toEqual({ time: '2026-11-22T00:01:00.000Z', count: 1, min: 1, avg: 1, max: 1 });
    expect((await web.ask(`${OUTSIDE}&points=1379`)).body.every).toBe('2m');
  });

  test('the width goes by where there are readings, and not by how long it may be', async () => {
    const { body } = await web.ask('/api/stations/outside/history?from=2000-01-01T00:00:00Z');
    expect([body.from, body.every, body.buckets.length]).toEqual(['2000-01-01T00:00:00.000Z', '5m', 276]);
  });
});

describe('without to', () => {
  test('it is the last day, up to what has just come, also from a clock that is ahead', async () => {
    const { body } = await web.ask('/api/stations/now/history');
    expect(body.buckets.map(({ avg }: { avg: number }) => avg)).toEqual([2, 3]);
    expect(Date.parse(body.to) - Date.parse(body.from)).toBe(86_400_000);
    expect(Math.abs(Date.parse(body.to) * 1000 - now)).toBeLessThan(10 * MINUTE);
  });

  test('from goes till now', async () => {
    const { body } = await web.ask('/api/stations/now/history?from=2026-11-01T00:00:00Z');
    expect(body.buckets).toHaveLength(3);
  });
});

test('days and weeks are those of the time zone', async () => {
  const days = await web.ask(`${OUTSIDE}&every=1d`);
  expect(days.body.buckets.map(({ time, count }: { time: string; count: number }) => [time, count])).toEqual([
    ['2026-11-21T23:00:00.000Z', 1320],
    ['2026-11-22T23:00:00.000Z', 60],
  ]);
  const weeks = await web.ask(`${OUTSIDE}&every=7d`);
  expect(weeks.body.buckets.map(({ time }: { time: string }) => time)).toEqual([
    '2026-11-15T23:00:00.000Z',
    '2026-11-22T23:00:00.000Z',
  ]);
});

test('units=imperial converts what is in the buckets and names the unit', async () => {
  const { body } = await web.ask(`${OUTSIDE}&every=1h&units=imperial`);
  expect(body.unit).toBe('°F');
  expect(body.buckets[0]).toMatchObject({ count: 60, min: 32, avg: 85.1, max: 138.2 });
});

test.each([
  ['metric,f', '°F', 32],
  ['imperial,c', '°C', 0],
])(
  'units=%s: a later unit outdoes an earlier one, of one series and of several',
  async (units, unit, min) => {
    const one = await web.ask(`${OUTSIDE}&every=1h&units=${units}`);
    expect([one.body.unit, one.body.buckets[0].min]).toEqual([unit, min]);
    const several = OUTSIDE.replace('/stations/outside/history?', '/history?series=outside:temperature&');
    const [series] = (await web.ask(`${several}&every=1h&units=${units}`)).body.series;
    expect([series.unit, series.buckets[0].min]).toEqual([unit, min]);
  },
);

test('columns have a null for each bucket with nothing in it', async () => {
  const { body } = await web.ask(
    `${OUTSIDE}&every=1h&shape=columns&to=2026-11-22T04:00:00Z`.replace('&to=2026-11-23T00:00:00Z', ''),
  );
  const start = MIDNIGHT / 1_000_000;
  expect(body.buckets).toBeUndefined();
  expect(body.columns).toStrictEqual({
    t: [start, start + 3600, start + 7200, start + 10_800],
    count: [60, 60, null, 60],
    min: [0, 60, null, 180],
    avg: [29.5, 89.5, null, 209.5],
    max: [59, 119, null, 239],
  });
});

describe('several series', () => {
  test('have the same buckets', async () => {
    const { status, body } = await web.ask(`${BOTH}&points=24`);
    expect(status).toBe(200);
    expect([body.every, body.everySeconds, body.timeZone]).toEqual(['1h', 3600, 'Europe/Paris']);
    expect(
      body.series.map(({ station, metric, unit, buckets }: Record<string, unknown[]>) => [
        station,
        metric,
        unit,
        buckets!.length,
      ]),
    ).toEqual([
      ['outside', 'temperature', '°C', 23],
      ['inside', 'temperature', '°C', 2],
    ]);
    expect(body.series[1].buckets).toStrictEqual([
      { time: '2026-11-22T00:00:00.000Z', count: 2, min: 20, avg: 20.5, max: 21 },
      { time: '2026-11-22T01:00:00.000Z', count: 1, min: 20.25, avg: 20.25, max: 20.25 },
    ]);
  });

  test('come as readings only if none has more than the points', async () => {
    expect((await web.ask(`${BOTH}&points=1380`)).body.every).toBe('raw');
    expect((await web.ask(`${BOTH}&points=1379`)).body.every).toBe('2m');
  });

  test('are beside each other as columns', async () => {
    const { body } = await web.ask(`${BOTH}&every=1h&shape=columns`);
    expect(body.t).toHaveLength(24);
    expect(body.series[0]).toMatchObject({ station: 'outside', columns: { count: { length: 24 } } });
    expect(body.series[1].columns.max.slice(0, 4)).toEqual([21, 20.25, null, null]);
    expect(body.series[1].columns.max).toHaveLength(24);
  });

  test('as columns of readings, two of one time and of one series are both there', async () => {
    const { body } = await web.ask(
      `${BOTH.replace('T00:00:00Z&to', 'T00:30:00Z&to').replace('2026-11-23T00:00', '2026-11-22T00:31')}&shape=columns`,
    );
    expect(body.every).toBe('raw');
    const start = MIDNIGHT / 1_000_000 + 1800;
    expect(body.t).toEqual([start, start + 0.5, start + 0.5]);
    expect(body.series[0].columns.avg).toEqual([30, null, null]);
    expect(body.series[1].columns.avg).toEqual([null, 20, 21]);
  });
});

describe('CSV', () => {
  test('comes with format=csv, and with Accept', async () => {
    const asked = OUTSIDE.replace('2026-11-23', '2026-11-22').replace(
      'T00:00:00Z&to=2026-11-22T00',
      'T01:00:00Z&to=2026-11-22T02',
    );
    const lines = [
      'station,metric,unit,time,count,min,avg,max,rise',
      'outside,temperature,°C,2026-11-22T01:00:00.000Z,60,60,89.5,119,',
      '',
    ];
    for (const reply of [
      await web.ask(`${asked}&every=1h&format=csv`),
      await web.ask(`${asked}&every=1h`, { headers: { accept: 'text/csv, */*;q=0.1' } }),
      await web.ask(`${asked}&every=1h&format=csv`, { headers: { accept: 'application/json' } }),
    ]) {
      expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(reply.text).toBe(lines.join('\r\n'));
    }
    const named = await web.ask(`${asked}&format=csv`);
    expect(named.headers.get('content-disposition')).toBe(
      'attachment; filename="thermograph-outside-temperature-from-2026-11-22-to-2026-11-22.csv"',
    );
    const both = await web.ask(`${BOTH}&format=csv`);
    expect(both.headers.get('content-disposition')).toBe(
      'attachment; filename="thermograph-history-from-2026-11-22-to-2026-11-23.csv"',
    );
    const json = await web.ask(`${asked}&format=json`, { headers: { accept: 'text/csv' } });
    expect(json.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(json.headers.get('vary')).toContain('accept');
  });

  test('has a unit of whatever text in quotes', async () => {
    const { text } = await web.ask(
      '/api/stations/damp/history?metric=humidity&format=csv&from=2026-11-21T00:00:00Z',
    );
    expect(text.split('\r\n')[1]).toBe(
      'damp,humidity,"per ""cent"", or so",2026-11-22T00:00:00.000Z,1,50,50,50,',
    );
  });
});

test('more buckets than there may be are a 400 that names the limit and what would do', async () => {
  const { status, body } = await web.ask(`${OUTSIDE}&every=5s`);
  expect(status).toBe(400);
  expect(body.error.code).toBe('too-many-buckets');
  expect(body.error.message).toBe('every: would make more than 10000 buckets; every=10s would do');
  expect(body.error.details[0].field).toBe('every');
});

test.each([
  ['points', 'points=0'],
  ['points', 'points=5001'],
  ['points', 'points=10&every=1h'],
  ['every', 'every=7m'],
  ['every', 'every=raw'],
  ['from', 'from=yesterday'],
  ['from', 'from=2026-11-22T00:00:00Z&to=2026-11-22T00:00:00Z'],
  ['from', 'from=9000-01-01T00:00:00Z'],
  ['to', 'to=2026-11-22'],
  ['shape', 'shape=round'],
  ['format', 'format=xml'],
  ['units', 'units=kelvin'],
  ['series', 'series=outside:temperature'],
])('a wrong parameter is answered by a 400 that names %s: %s', async (field, query) => {
  const { status, body } = await web.ask(`/api/stations/outside/history?${query}`);
  expect(status).toBe(400);
  expect(body.error.details.map((detail: { field: string }) => detail.field)).toStrictEqual([field]);
});

test.each([
  '',
  'series=',
  'series=outside',
  'series=outside:temperature,',
  'series=outside:temperature:x',
  'series=outside:temperature,outside:temperature',
  'series=outside:temperature&series=inside:temperature',
  `series=${Array.from({ length: 21 }, (_, index) => `outside:m${index}`).join(',')}`,
])('series that are none are answered by a 400 that names them: %.60s', async (query) => {
  const { status, body } = await web.ask(`/api/history?${query}`);
  expect(status).toBe(400);
  expect(body.error.details[0].field).toBe('series');
});

test.each([
  ['/api/stations/nowhere/history', 404, 'station-unknown'],
  ['/api/stations/%00/history', 404, 'station-unknown'],
  ['/api/stations/outside/history?metric=rain', 404, 'metric-unknown'],
  ['/api/stations/outside/history?metric=%00', 404, 'metric-unknown'],
  ['/api/stations/damp/history', 400, 'parameter-invalid'],
  ['/api/history?series=outside:temperature,nowhere:temperature', 404, 'station-unknown'],
  ['/api/history?series=outside:temperature,outside:rain', 404, 'metric-unknown'],
])('%s is a %i with the code %s', async (path, expected, code) => {
  const { status, body } = await web.ask(path);
  expect([status, body.error.code]).toEqual([expected, code]);
});

test('a stretch without readings has no buckets, in whatever shape', async () => {
  const empty = '/api/stations/outside/history?from=2020-01-01T00:00:00Z&to=2021-01-01T00:00:00Z';
  expect((await web.ask(empty)).body).toMatchObject({ every: '1d', buckets: [] });
  const { columns } = (await web.ask(`${empty}&shape=columns&every=1h`)).body;
  expect(columns).toStrictEqual({ t: [], count: [], min: [], avg: [], max: [] });
});

test('stretches at the ends of the calendar are answered', async () => {
  const { status, body } = await web.ask(
    '/api/stations/outside/history?from=0100-01-01T00:00:00%2B18:00&to=9999-12-31T23:59:59-18:00&every=1d',
  );
  expect([status, body.buckets.length]).toEqual([200, 2]);
  const before = await web.ask('/api/stations/outside/history?to=0100-01-01T00:00:00%2B18:00');
  expect([before.status, before.body.buckets]).toEqual([200, []]);
});

test('while the database is away, the answer is a 503 that says when to come back', async () => {
  const away = await useWeb();
  const { status, headers, body } = await away.ask('/api/stations/outside/history');
  expect([status, body.error.code]).toEqual([503, 'database-unavailable']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(headers.get('cache-control')).toBe('no-store');
});
