import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';
import { startWeb, type TestWeb, useWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const NOON = Date.UTC(2026, 10, 22, 12) * 1000;

let database: TestDatabase;
let web: TestWeb;
beforeAll(async () => {
  database = await createTestDatabase();
  await seedSeries(database.pool, { station: 'outside', metric: 'temperature', unit: '°C' }, [
    { measuredAt: NOON, value: 20 },
    { measuredAt: NOON + 1, value: 21.5 },
    { measuredAt: NOON + 1_000_000, value: -0.1 },
  ]);
  await seedSeries(database.pool, { station: 'outside', metric: 'wind_speed', unit: 'm/s' }, [
    { measuredAt: NOON, value: 10 },
  ]);
  await seedSeries(database.pool, { station: 'damp', metric: 'humidity', unit: '%' }, []);
  web = await startWeb(createWebParts({ pool: database.pool }));
});
afterAll(async () => {
  await web.close();
  await database.drop();
});

const values = async (query: string): Promise<number[]> => {
  const { body } = await web.ask(`/api/stations/outside/readings?order=asc&${query}`);
  expect(body).toHaveProperty('readings');
  return body.readings.map(({ value }: { value: number }) => value);
};

test('readings come newest first, with times as exact as they were stored', async () => {
  const { status, body } = await web.ask('/api/stations/outside/readings?metric=temperature');
  expect(status).toBe(200);
  expect(body).toStrictEqual({
    station: 'outside',
    metric: 'temperature',
    unit: '°C',
    readings: [
      { measuredAt: '2026-11-22T12:00:01.000Z', receivedAt: '2026-11-22T12:00:02.000Z', value: -0.1 },
      { measuredAt: '2026-11-22T12:00:00.000001Z', receivedAt: '2026-11-22T12:00:01.000001Z', value: 21.5 },
      { measuredAt: '2026-11-22T12:00:00.000Z', receivedAt: '2026-11-22T12:00:01.000Z', value: 20 },
    ],
    next: null,
  });
});

describe('from and to', () => {
  test('from is inclusive and to is exclusive, to the microsecond', async () => {
    expect(await values('from=2026-11-22T12:00:00.000001Z')).toStrictEqual([21.5, -0.1]);
    expect(await values('from=2026-11-22T12:00:00.000002Z')).toStrictEqual([-0.1]);
    expect(await values('to=2026-11-22T12:00:00.000001Z')).toStrictEqual([20]);
    expect(await values('to=2026-11-22T12:00:00.000002Z')).toStrictEqual([20, 21.5]);
    expect(await values('from=2026-11-22T12:00:00Z&to=2026-11-22T12:00:00Z')).toStrictEqual([]);
  });

  test.each([
    ['epoch seconds', '1795348801'],
    ['epoch milliseconds', '1795348801000'],
    ['epoch microseconds', '1795348801000000'],
    ['another zone', '2026-11-22T13:00:01%2B01:00'],
    ['a plus that the query string has made a space', '2026-11-22T13:00:01+01:00'],
  ])('a time is understood as %s', async (_name, time) => {
    expect(await values(`from=${time}`)).toStrictEqual([-0.1]);
  });

  test('bounds at the ends of the calendar find everything', async () => {
    const all = await values('from=0100-01-01T00:00:00%2B18:00&to=9999-12-31T23:59:59-18:00');
    expect(all).toHaveLength(3);
  });
});

test('units=imperial converts the values and names the unit', async () => {
  const temperature = await web.ask('/api/stations/outside/readings?units=imperial&order=asc');
  expect(temperature.body.unit).toBe('°F');
  expect(temperature.body.readings.map(({ value }: { value: number }) => value)).toStrictEqual([
    68, 70.7, 31.82,
  ]);
  const wind = await web.ask('/api/stations/outside/readings?metric=wind_speed&units=imperial');
  expect(wind.body.unit).toBe('mph');
  expect(wind.body.readings[0].value).toBeCloseTo(22.369, 3);
});

test('units= may name single units, of which later ones outdo earlier ones', async () => {
  const wind = await web.ask('/api/stations/outside/readings?metric=wind_speed&units=imperial,kmh');
  expect(wind.body).toMatchObject({ unit: 'km/h', readings: [{ value: 36 }] });
  const temperature = await web.ask('/api/stations/outside/readings?units=imperial,kmh&order=asc');
  expect(temperature.body).toMatchObject({ unit: '°F', readings: [{ value: 68 }, {}, {}] });
});

test.each([
  ['limit', 'limit=0'],
  ['limit', 'limit=10001'],
  ['limit', 'limit=many'],
  ['limit', 'limit=1e999'],
  ['limit', 'limit=-1e999'],
  ['limit', 'limit=1&limit=2'],
  ['order', 'order=up'],
  ['from', 'from=yesterday'],
  ['from', 'from=2026-11-22T12:00:00'],
  ['to', 'to=2026-02-30T00:00:00Z'],
  ['to', 'to='],
  ['units', 'units=kelvin'],
  ['cursor', 'cursor=abc'],
  ['cursor', 'cursor='],
  ['form', 'form=2026-11-22T12:00:00Z'],
])('a wrong parameter is answered by a 400 that names %s: %s', async (field, query) => {
  const { status, body } = await web.ask(`/api/stations/outside/readings?${query}`);
  expect(status).toBe(400);
  expect(body.error.code).toBe('parameter-invalid');
  expect(body.error.details.map((detail: { field: string }) => detail.field)).toStrictEqual([field]);
});

test.each([
  ['limit=x', 'limit: must be a whole number'],
  ['limit=1.5', 'limit: must be a whole number'],
  ['limit=0', 'limit: must be 1 or more'],
  ['limit=10001', 'limit: must be 10000 or less'],
])('of a wrong number it is said what it must be: %s', async (query, message) => {
  const { body } = await web.ask(`/api/stations/outside/readings?${query}`);
  expect(body.error.message).toBe(message);
});

test('a cursor of the other order, or of another series, is refused by name', async () => {
  const first = await web.ask('/api/stations/outside/readings?limit=1');
  for (const query of ['order=asc', 'order=desc&metric=wind_speed']) {
    const { status, body } = await web.ask(
      `/api/stations/outside/readings?${query}&cursor=${first.body.next}`,
    );
    expect(status).toBe(400);
    expect(body.error.details[0].field).toBe('cursor');
  }
});

test.each([
  ['/api/stations/nowhere/readings', 'station-unknown'],
  ['/api/stations/%00/readings', 'station-unknown'],
  [`/api/stations/${'x'.repeat(900)}/readings`, 'station-unknown'],
  ['/api/stations/outside/readings?metric=rain', 'metric-unknown'],
  ['/api/stations/outside/readings?metric=%00', 'metric-unknown'],
])('%.60s is a 404 with the code %s', async (path, code) => {
  const { status, body } = await web.ask(path);
  expect(status).toBe(404);
  expect(body.error.code).toBe(code);
});

test('without metric, a station that has no temperature is answered by a 400 that names metric', async () => {
  const { status, body } = await web.ask('/api/stations/damp/readings');
  expect(status).toBe(400);
  expect(body.error.details[0].field).toBe('metric');
});

test('while the database is away, the answer is a 503 that says when to come back', async () => {
  const away = await useWeb();
  const { status, headers, body } = await away.ask('/api/stations/outside/readings');
  expect(status).toBe(503);
  expect(body.error.code).toBe('database-unavailable');
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
});
