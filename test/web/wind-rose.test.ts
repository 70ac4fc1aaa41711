import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { rollUp } from '../support/rolled-up.ts';
import { type Row, seedSeries } from '../support/series.ts';
import { startWeb, type TestWeb } from '../support/web.ts';
import { createWebParts } from '../support/web-parts.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MIDNIGHT = Date.UTC(2026, 10, 22) * 1000;
const THE_DAY = 'from=2026-11-22T00:00:00Z&to=2026-11-23T00:00:00Z';

function every(step: number, length: number, valueAt: (index: number) => number): Row[] {
  return Array.from({ length }, (_, index) => ({
    measuredAt: MIDNIGHT + index * step,
    value: valueAt(index),
  }));
}

interface Sector {
  readonly degrees: number;
  readonly share: number;
  readonly shares: readonly number[];
}

let database: TestDatabase;
let web: TestWeb;
beforeAll(async () => {
  database = await createTestDatabase();
  const seed = (station: string, metric: string, unit: string, rows: Row[]) =>
    seedSeries(database.pool, { station, metric, unit }, rows);
  // By hours of a day: six of calm, six of variable wind, six around north, and six from the east, faster and faster.
  await seed('roof', 'wind_dir', '°', [
    ...every(5 * MINUTE, 72, () => 200),
    ...every(5 * MINUTE, 288, (index) => [90, 270][index % 2]!).slice(72, 144),
    ...every(5 * MINUTE, 288, (index) => [355, 5][index % 2]!).slice(144, 216),
    ...every(5 * MINUTE, 288, () => 88).slice(216),
  ]);
  await seed('roof', 'wind_speed', 'm/s', [
    ...every(5 * MINUTE, 72, () => 0.1),
    ...every(5 * MINUTE, 288, () => 2).slice(72, 216),
    ...every(5 * MINUTE, 288, (index) => [0.5, 2, 4, 6, 9, 20][Math.floor((index - 216) / 12)]!).slice(216),
  ]);
  // Does not tell where wind comes from that there is none of, and lies now and then.
  await seed(
    'mast',
    'wind_direction',
    '°',
    every(10 * MINUTE, 72, (index) => (index % 6 === 0 ? -9999 : 180)),
  );
  await seed(
    'mast',
    'wind_speed',
    'mph',
    every(10 * MINUTE, 144, (index) => (index < 72 ? 10 : 0)),
  );
  // Half a year, of a reading an hour.
  await seed(
    'tower',
    'wind_dir',
    '°',
    every(HOUR, 24 * 180, (index) => (index % 24 < 6 ? 45 : 225)),
  );
  await seed(
    'tower',
    'wind_speed',
    'm/s',
    every(HOUR, 24 * 180, () => 5),
  );
  await seed(
    'shed',
    'wind_speed',
    'm/s',
    every(HOUR, 2, () => 5),
  );
  await rollUp(database.pool, { until: MIDNIGHT + 180 * DAY, timeZone: 'UTC' });
  web = await startWeb(createWebParts({ pool: database.pool, timeZone: 'UTC' }));
});
afterAll(async () => {
  await web.close();
  await database.drop();
});

/** What is not empty. */
function told(sectors: readonly Sector[]): readonly (readonly [number, number, readonly number[]])[] {
  return sectors
    .filter(({ share }) => share > 0)
    .map(({ degrees, share, shares }) => [degrees, share, shares]);
}

test('a day is told in shares of its time, by steps of ten minutes', async () => {
  const { status, body } = await web.ask(`/api/stations/roof/wind-rose?${THE_DAY}`);
  expect(status).toBe(200);
  const { sectors, ...rest } = body;
  expect(rest).toStrictEqual({
    station: 'roof',
    direction: 'wind_dir',
    speed: 'wind_speed',
    unit: 'm/s',
    from: '2026-11-22T00:00:00.000Z',
    to: '2026-11-23T00:00:00.000Z',
    every: '10m',
    everySeconds: 600,
    timeZone: 'UTC',
    count: 144,
    calm: 0.25,
    variable: 0.25,
    classes: [
      { from: 0.3, to: 1.6 },
      { from: 1.6, to: 3.4 },
      { from: 3.4, to: 5.5 },
      { from: 5.5, to: 8 },
      { from: 8, to: 10.8 },
      { from: 10.8, to: null },
    ],
  });
  expect(sectors.map(({ degrees }: Sector) => degrees)).toEqual(
    Array.from({ length: 16 }, (_, i) => i * 22.5),
  );
  const each = 1 / 24;
  expect(told(sectors)).toEqual([
    [0, 0.25, [0, 0.25, 0, 0, 0, 0]],
    [90, 0.25, [each, each, each, each, each, each].map((share) => Number(share.toPrecision(12)))],
  ]);
});

test('classes are told in the units that are asked for, and shares stay the same', async () => {
  const metric = await web.ask(`/api/stations/roof/wind-rose?${THE_DAY}`);
  const { body } = await web.ask(`/api/stations/roof/wind-rose?units=imperial&${THE_DAY}`);
  expect(body.unit).toBe('mph');
  expect(body.classes[0].from).toBeCloseTo(0.3 / 0.44704, 9);
  expect(body.sectors).toEqual(metric.body.sectors);
});

test('what is no direction is passed over where there is wind, and not missed where there is none', async () => {
  const { body } = await web.ask(`/api/stations/mast/wind-rose?${THE_DAY}`);
  expect(body).toMatchObject({ direction: 'wind_direction', unit: 'mph', count: 144, calm: 0.5 });
  // 10 mph are 4.5 m/s.
  expect(told(body.sectors)).toEqual([
    [180, expect.closeTo(5 / 12, 9), [0, 0, expect.closeTo(5 / 12, 9), 0, 0, 0]],
  ]);
  expect(body.variable).toBeCloseTo(1 / 12, 9);
});

test('long ranges are told by hours, out of roll-ups alone', async () => {
  const range = 'from=2026-11-22T00:00:00Z&to=2027-05-01T00:00:00Z';
  const before = await web.ask(`/api/stations/tower/wind-rose?${range}`);
  expect(before.body).toMatchObject({ every: '1h', count: 24 * 160, calm: 0, variable: 0 });
  expect(told(before.body.sectors)).toEqual([
    [45, 0.25, [0, 0, 0.25, 0, 0, 0]],
    [225, 0.75, [0, 0, 0.75, 0, 0, 0]],
  ]);
  // Not by way of the parent, whose trigger would mark them.
  await database.pool.query('DELETE FROM readings_2027_02');
  const after = await web.ask(`/api/stations/tower/wind-rose?${range}`);
  expect(after.body).toEqual(before.body);
});

test('more than five years are told by days', async () => {
  await seedSeries(database.pool, { station: 'old', metric: 'wind_dir', unit: '°' }, [
    { measuredAt: MIDNIGHT - 7 * 365 * DAY, value: 90 },
    { measuredAt: MIDNIGHT, value: 90 },
  ]);
  await seedSeries(database.pool, { station: 'old', metric: 'wind_speed', unit: 'm/s' }, [
    { measuredAt: MIDNIGHT - 7 * 365 * DAY, value: 3 },
    { measuredAt: MIDNIGHT, value: 3 },
  ]);
  const { body } = await web.ask(
    '/api/stations/old/wind-rose?from=2000-01-01T00:00:00Z&to=2027-01-01T00:00:00Z',
  );
  expect([body.every, body.count, told(body.sectors)]).toEqual(['1d', 2, [[90, 1, [0, 1, 0, 0, 0, 0]]]]);
});

test('a range without wind has a rose of nothing', async () => {
  const { status, body } = await web.ask(
    '/api/stations/roof/wind-rose?from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z',
  );
  expect([status, body.count, body.calm, body.variable, told(body.sectors)]).toEqual([200, 0, 0, 0, []]);
});

test('a range that is past is told once', async () => {
  const path = `/api/stations/roof/wind-rose?${THE_DAY}`;
  const etag = (await web.ask(path)).headers.get('etag')!;
  const { status, text } = await web.ask(path, { headers: { 'if-none-match': etag } });
  expect([status, text]).toEqual([304, '']);
  const other = await web.ask(`${path}&units=imperial`, { headers: { 'if-none-match': etag } });
  expect(other.status).toBe(200);
});

describe('without wind', () => {
  test.each([
    ['nowhere', 'station-unknown'],
    ['a%00b', 'station-unknown'],
    ['shed', 'no-wind'],
  ])('%s is a 404: %s', async (station, code) => {
    const { status, body } = await web.ask(`/api/stations/${station}/wind-rose`);
    expect([status, body.error.code]).toEqual([404, code]);
  });

  test('parameters that it does not have are a 400', async () => {
    expect((await web.ask('/api/stations/roof/wind-rose?every=1h')).status).toBe(400);
    expect(
      (await web.ask('/api/stations/roof/wind-rose?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z'))
        .status,
    ).toBe(400);
  });
});
