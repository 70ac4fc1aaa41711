import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { rollUp } from '../support/rolled-up.ts';
import { insertRows, type Row, seedSeries } from '../support/series.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
/** Of Paris, where days begin at 23:00 UTC. */
const MIDNIGHT = Date.UTC(2026, 10, 21, 23) * 1000;
const TWO_DAYS = 'from=2026-11-21T23:00:00Z&to=2026-11-23T23:00:00Z';

/** A reading every ten minutes for so many hours. */
function rows(hours: number, valueAt: (index: number) => number): Row[] {
  return Array.from({ length: hours * 6 }, (_, index) => ({
    measuredAt: MIDNIGHT + index * 10 * MINUTE,
    value: valueAt(index),
  }));
}

let database: TestDatabase;
let web: TestWeb;
let counter: number;
beforeAll(async () => {
  database = await createTestDatabase();
  const seed = (metric: string, unit: string, some: Row[]) =>
    seedSeries(database.pool, { station: 'roof', metric, unit }, some);
  // A tip of 0.2 mm an hour; replaced after 30 hours, and from zero again.
  const tips = (index: number): number => Math.floor((index < 180 ? index : index - 180) / 6);
  counter = await seed('rain_counter', 'mm', [
    { measuredAt: MIDNIGHT - HOUR, value: 589 },
    ...rows(48, (index) => (index < 180 ? 590 : 0) + tips(index) / 5),
  ]);
  await seed(
    'rain',
    'mm',
    rows(48, (index) => (index % 6 === 0 ? 0.2 : 0)),
  );
  await seed(
    'wind_dir',
    '°',
    rows(48, (index) => (index % 2 === 0 ? 350 : 10)),
  );
  await seed(
    'wind_speed',
    'm/s',
    rows(48, () => 3),
  );
  await rollUp(database.pool, { until: MIDNIGHT + 40 * HOUR, timeZone: 'Europe/Paris' });
  web = await startWeb(createWebParts({ pool: database.pool, timeZone: 'Europe/Paris' }));
});
afterAll(async () => {
  await web.close();
  await database.drop();
});

async function bucketsOf(query: string): Promise<Record<string, unknown>[]> {
  const { status, body } = await web.ask(`/api/stations/roof/history?${query}`);
  expect([status, body.error]).toEqual([200, undefined]);
  return body.buckets;
}

describe('a counter', () => {
  test('has risen by day of the time zone, with the step from the day before, and whatever it was reset to', async () => {
    const { body } = await web.ask(`/api/stations/roof/history?metric=rain_counter&every=1d&${TWO_DAYS}`);
    expect(body.kind).toBe('counter');
    expect(body.buckets).toStrictEqual([
      { time: '2026-11-21T23:00:00.000Z', count: 144, min: 590, avg: 592.3, max: 594.6, rise: 5.6 },
      {
        time: '2026-11-22T23:00:00.000Z',
        count: 144,
        min: 0,
        avg: expect.any(Number),
        max: 595.8,
        rise: 4.6,
      },
    ]);
  });

  test.each(['10m', '15m', '1h', '6h', '1d', '7d', '1mo', '1y'])(
    'every %s, rises by the same in all',
    async (every) => {
      const buckets = await bucketsOf(`metric=rain_counter&every=${every}&${TWO_DAYS}`);
      expect(buckets.reduce((sum, { rise }) => sum + Number(rise), 0)).toBeCloseTo(10.2, 9);
    },
  );

  test('rises from reading to reading, too', async () => {
    const buckets = await bucketsOf('metric=rain_counter&from=2026-11-21T23:50:00Z&to=2026-11-22T00:20:00Z');
    expect(buckets.map(({ rise }) => rise)).toEqual([0, 0.2, 0]);
  });

  test('has risen by inches for those who ask for them', async () => {
    const [first] = await bucketsOf(`metric=rain_counter&every=1d&units=imperial&${TWO_DAYS}`);
    expect(first!['rise']).toBeCloseTo(5.6 / 25.4, 9);
  });
});

test('what increments come to is their sum', async () => {
  const buckets = await bucketsOf(`metric=rain&every=1d&${TWO_DAYS}`);
  expect(buckets.map(({ rise }) => rise)).toEqual([4.8, 4.8]);
  const raw = await bucketsOf('metric=rain&from=2026-11-21T23:50:00Z&to=2026-11-22T00:20:00Z');
  expect(raw.map(({ rise }) => rise)).toEqual([0, 0.2, 0]);
});

test.each(['1h', '2h', '1d', '1mo'])(
  'directions have the mean of their vectors every %s, and no extremes',
  async (every) => {
    const buckets = await bucketsOf(`metric=wind_dir&every=${every}&${TWO_DAYS}`);
    for (const { avg, min, max } of buckets) expect([avg, min, max]).toEqual([0, null, null]);
  },
);

test('columns have a rise where it is told, and null where nothing was measured', async () => {
  const { body } = await web.ask(
    `/api/history?series=roof:rain_counter,roof:wind_dir,roof:wind_speed&shape=columns&every=1d&from=2026-11-21T23:00:00Z&to=2026-11-22T23:00:00Z`,
  );
  expect(body.series.map(({ kind }: { kind: string }) => kind)).toEqual(['counter', 'direction', 'plain']);
  expect(body.series.map(({ columns }: { columns: object }) => columns)).toStrictEqual([
    { count: [144], min: [590], avg: [592.3], max: [594.6], rise: [5.6] },
    { count: [144], min: [null], avg: [0], max: [null] },
    { count: [144], min: [3], avg: [3], max: [3] },
  ]);
});

test('CSV has a rise in its last column', async () => {
  const { text } = await web.ask(
    `/api/history?series=roof:rain_counter,roof:wind_dir&format=csv&every=1d&from=2026-11-21T23:00:00Z&to=2026-11-22T23:00:00Z`,
  );
  expect(text.split('\r\n').slice(1, 3)).toEqual([
    'roof,rain_counter,mm,2026-11-21T23:00:00.000Z,144,590,592.3,594.6,5.6',
    'roof,wind_dir,°,2026-11-21T23:00:00.000Z,144,,0,,',
  ]);
});

test('an answer about a counter is not taken for the same when a reading comes before its range', async () => {
  const path =
    '/api/stations/roof/history?metric=rain_counter&every=1d&from=2026-11-21T23:00:00Z&to=2026-11-22T23:00:00Z';
  const first = await web.ask(path);
  const etag = first.headers.get('etag')!;
  expect((await web.ask(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
  await insertRows(database.pool, counter, [{ measuredAt: MIDNIGHT - MINUTE, value: 589.5 }]);
  for (const roll of [false, true]) {
    if (roll) await rollUp(database.pool, { until: MIDNIGHT + 40 * HOUR, timeZone: 'Europe/Paris' });
    const { status, body } = await web.ask(path, { headers: { 'if-none-match': etag } });
    expect([status, body.buckets[0].rise]).toEqual([200, 5.1]);
  }
});
