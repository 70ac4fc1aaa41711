import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { seedSeries } from '../support/series.ts';
import { useWeb } from '../support/web.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  const noon = Date.UTC(2026, 9, 31, 12) * 1000;
  const temperatures = [
    { measuredAt: noon, value: 21.5 },
    { measuredAt: noon + 1, value: -0.25 },
    { measuredAt: noon + 86_400_000_000, value: 1e21 },
  ];
  await seedSeries(pool, { station: 'outside', metric: 'temperature', unit: '°C' }, temperatures);
  await seedSeries(pool, { station: 'outside', metric: 'odd', unit: 'a,"b"' }, temperatures.slice(0, 1));
  await seedSeries(pool, { station: 'inside', metric: 'temperature', unit: null }, temperatures.slice(0, 1));
});
afterAll(() => database.drop());

const READINGS = '/api/stations/outside/readings';
const HEAD = 'station,metric,unit,measuredAt,value,receivedAt\r\n';
const FIRST =
  'outside,temperature,°C,2026-10-31T12:00:00.000Z,21.5,2026-10-31T12:00:01.000Z\r\n' +
  'outside,temperature,°C,2026-10-31T12:00:00.000001Z,-0.25,2026-10-31T12:00:01.000001Z\r\n';
const LAST = 'outside,temperature,°C,2026-11-01T12:00:00.000Z,1e+21,2026-11-01T12:00:01.000Z\r\n';
const ODD = 'outside,odd,"a,""b""",2026-10-31T12:00:00.000Z,21.5,2026-10-31T12:00:01.000Z\r\n';
const INSIDE = 'inside,temperature,,2026-10-31T12:00:00.000Z,21.5,2026-10-31T12:00:01.000Z\r\n';

test.each([
  [`${READINGS}?format=csv`, HEAD + FIRST + LAST],
  [`${READINGS}?format=csv&order=desc&limit=1`, HEAD + LAST],
  [`${READINGS}?format=csv&to=2026-11-01T00:00:00Z`, HEAD + FIRST],
  [`${READINGS}?format=csv&from=2026-11-01T12:00:00Z`, HEAD + LAST],
  [`${READINGS}?format=csv&from=2030-01-01T00:00:00Z`, HEAD],
  ['/api/export', HEAD + INSIDE + ODD + FIRST + LAST],
  ['/api/export?station=outside', HEAD + ODD + FIRST + LAST],
  ['/api/export?metric=temperature&to=2026-11-01T00:00:00Z', HEAD + INSIDE + FIRST],
  ['/api/export?station=outside&metric=odd&format=csv', HEAD + ODD],
])('%s is all of it, oldest first unless told', async (path, expected) => {
  const web = await useWeb({ pool: database.pool });
  const { status, text, headers } = await web.ask(path);
  expect([status, text]).toEqual([200, expected]);
  expect(headers.get('content-type')).toBe('text/csv; charset=utf-8');
});

test('NDJSON holds the same, line by line', async () => {
  const web = await useWeb({ pool: database.pool });
  const { text, headers } = await web.ask(`${READINGS}?metric=odd&format=ndjson`);
  expect(headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
  expect(text).toBe(
    String.raw`{"station":"outside","metric":"odd","unit":"a,\"b\"","measuredAt":"2026-10-31T12:00:00.000Z",` +
      '"value":21.5,"receivedAt":"2026-10-31T12:00:01.000Z"}\n',
  );
  const none = await web.ask(`${READINGS}?from=2030-01-01T00:00:00Z&format=ndjson`);
  expect([none.status, none.text]).toEqual([200, '']);
});

test('values and units are those that are asked for', async () => {
  const web = await useWeb({ pool: database.pool });
  for (const units of ['imperial', 'metric,f']) {
    const { text } = await web.ask(`${READINGS}?format=csv&units=${units}&to=2026-11-01T00:00:00Z`);
    expect(text).toContain(',°F,2026-10-31T12:00:00.000Z,70.7,');
  }
  const { status } = await web.ask(`${READINGS}?format=csv&units=kelvin`);
  expect(status).toBe(400);
});

test.each([
  [READINGS, 'text/csv', 'text/csv'],
  [READINGS, 'application/x-ndjson', 'application/x-ndjson'],
  [READINGS, 'application/json, text/csv;q=0.9', 'application/json'],
  [READINGS, 'application/json;q=0.5, text/csv;q=0.9', 'text/csv'],
  [READINGS, 'text/csv;q=0', 'application/json'],
  [READINGS, 'text/html,*/*', 'application/json'],
  [`${READINGS}?format=json`, 'text/csv', 'application/json'],
  [`${READINGS}?format=ndjson`, 'text/csv', 'application/x-ndjson'],
  ['/api/export', 'application/x-ndjson', 'application/x-ndjson'],
  ['/api/export', 'application/json', 'text/csv'],
])('%s with Accept: %s is answered as %s', async (path, accept, type) => {
  const web = await useWeb({ pool: database.pool });
  const { status, headers } = await web.ask(path, { headers: { accept } });
  expect([status, headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
  expect(headers.get('vary')).toBe('accept, accept-encoding');
});

test.each([
  [`${READINGS}?format=csv`, 'thermograph-outside-temperature.csv'],
  [
    '/api/export?station=inside&from=2026-10-01T00:00:00Z&to=1793491200&format=ndjson',
    'thermograph-inside-from-2026-10-01-to-2026-11-01.ndjson',
  ],
  ['/api/export', 'thermograph-readings.csv'],
])('%s is saved as %s; HEAD tells so without reading any', async (path, name) => {
  let statements = 0;
  const pool = {
    query(...given: Parameters<Pool['query']>) {
      statements += 1;
      return database.pool.query(...given);
    },
  } as unknown as Pool;
  const web = await useWeb({ pool });
  const head = await web.ask(path, { method: 'HEAD' });
  expect(head.headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
  expect([head.status, head.text, statements]).toEqual([200, '', 1]);
  const { headers } = await web.ask(path);
  expect(headers.get('content-disposition')).toBe(`attachment; filename="${name}"`);
});

test.each([
  [`${READINGS}?format=csv&cursor=x`, 400, 'cursor'],
  [`${READINGS}?format=csv&limit=0`, 400, 'limit'],
  [`${READINGS}?format=xml`, 400, 'json, csv, ndjson'],
  [`${READINGS}?format=csv&metric=humidity`, 404, 'humidity'],
  ['/api/stations/nowhere/readings?format=csv', 404, 'nowhere'],
  ['/api/export?format=json', 400, 'csv, ndjson'],
  ['/api/export?from=yesterday', 400, 'from'],
  ['/api/export?station=no/where', 400, 'station'],
  ['/api/export?metric=A%00', 400, 'metric'],
  ['/api/export?station=nowhere', 404, 'nowhere'],
  ['/api/export?station=nowhere&metric=temperature', 404, 'nowhere'],
  ['/api/export?station=inside&metric=odd', 404, 'odd'],
  ['/api/export?metric=humidity', 404, 'humidity'],
  ['/api/export?limit=5', 400, 'limit'],
])('%s is a %i that says why', async (path, expected, told) => {
  const web = await useWeb({ pool: database.pool });
  const { status, body, headers } = await web.ask(path);
  expect(status).toBe(expected);
  expect(JSON.stringify(body.error)).toContain(told);
  expect(headers.get('content-disposition')).toBeNull();
});
