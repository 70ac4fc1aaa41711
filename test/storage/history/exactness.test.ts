import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HistoryBucket as Bucket } from '../../../src/storage/history/history-bucket.ts';
import { type Extremes, readExtremes } from '../../../src/storage/history/extremes-query.ts';
import { readHistory } from '../../../src/storage/history/read-history.ts';
import {
  BUCKET_WIDTHS,
  type BucketWidth,
  bucketWidthNamed,
  countBuckets,
} from '../../../src/telemetry/bucket-width.ts';
import { formatMicros } from '../../../src/telemetry/format-time.ts';
import { HOUR } from '../../../src/telemetry/hours.ts';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import type { Micros } from '../../../src/telemetry/reading.ts';
import type { Span } from '../../../src/telemetry/spans.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { forgetReadings, rollUp } from '../../support/rolled-up.ts';
import { insertRows, makePartitions, type Row, seedSeries } from '../../support/series.ts';

/** Both have a change of clocks in these days, and the other two begin their days within an hour of UTC. */
const ZONES = ['Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'] as const;
const FIRST = Date.UTC(2026, 9, 21) * 1000;
const DAYS = bucketWidthNamed('1d')!;
const LAST = Date.UTC(2026, 10, 8) * 1000;

interface World {
  readonly zone: string;
  readonly readings: readonly Row[];
  /** Come when those are rolled up. */
  readonly late: readonly Row[];
  readonly until: Micros | undefined;
  /** What the table of days is of, if not of the zone. */
  readonly tableZone: string | undefined;
  readonly expiredDays: number | undefined;
}

/** Half of them in the hour in which days begin in two of the zones. */
const time = fc.oneof(
  fc.integer({ min: FIRST, max: LAST - 1 }),
  fc
    .record({
      day: fc.integer({ min: 0, max: 16 }),
      minute: fc.integer({ min: 0, max: 59 }),
      is13: fc.boolean(),
    })
    .map(({ day, minute, is13 }) => FIRST + (day * 24 + (is13 ? 13 : 18)) * HOUR + (minute * HOUR) / 60),
);
// Quarters are added up without a rounding, in whatever order.
const value = fc.integer({ min: -200, max: 200 }).map((quarters) => quarters / 4);
const rows = (maxLength: number) => fc.array(fc.record({ measuredAt: time, value }), { maxLength });
const hour = fc.integer({ min: FIRST / HOUR, max: LAST / HOUR }).map((hours) => hours * HOUR);
const zones = fc.constantFrom(...ZONES);
const world: fc.Arbitrary<World> = fc.record({
  zone: zones,
  readings: fc.oneof(rows(300), fc.constant(everyMinutes(7)), fc.constant(everyMinutes(59))),
  late: rows(4),
  until: fc.option(hour, { nil: undefined, freq: 4 }),
  tableZone: fc.option(zones, { nil: undefined, freq: 2 }),
  expiredDays: fc.option(fc.integer({ min: 0, max: 18 }), { nil: undefined, freq: 2 }),
});
const widths = fc.subarray([...BUCKET_WIDTHS], { minLength: 3, maxLength: 5 });
const span = fc.tuple(time, time, fc.constantFrom(1, HOUR / 4, HOUR)).map(([a, b, step]) => ({
  from: Math.floor(Math.min(a, b) / step) * step,
  to: Math.ceil((Math.max(a, b) + 1) / step) * step,
}));

function everyMinutes(minutes: number): Row[] {
  const step = minutes * 60_000_000;
  return Array.from({ length: Math.floor((LAST - FIRST) / step) }, (_, index) => ({
    measuredAt: FIRST + index * step + 1_234_567,
    value: ((index * 37) % 401) / 4 - 50,
  }));
}

/** It begins between the start of an hour that has expired and the end of a day that begins in it. */
const EXPIRED_WITHIN_AN_HOUR: [World, [Span, BucketWidth[]][]] = [
  {
    zone: 'Asia/Kolkata',
    readings: everyMinutes(7),
    late: [],
    until: LAST - 5 * HOUR,
    tableZone: undefined,
    expiredDays: 10,
  },
  [[{ from: FIRST + 18.75 * HOUR, to: FIRST + 200 * HOUR }, [...BUCKET_WIDTHS]]],
];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await makePartitions(database.pool, [{ measuredAt: FIRST }, { measuredAt: LAST - 1 }]);
  // What was ever stored, for a plain GROUP BY.
  await database.pool.query('CREATE TABLE stored (series_id int, measured_at timestamptz, value float8)');
});
afterAll(() => database.drop());

let worlds = 0;

/** @returns the series, and before which time its readings have expired */
async function make({ zone, readings, late, until, tableZone, expiredDays }: World): Promise<{
  seriesId: number;
  rawFrom: Micros;
}> {
  const { pool } = database;
  await forgetReadings(pool);
  const name = { station: `world-${(worlds += 1)}`, metric: 'temperature', unit: '°C' };
  const seriesId = await seedSeries(pool, name, readings);
  const rawFrom = expiryOf({ zone, until, expiredDays });
  if (until !== undefined) await rollUp(pool, { until, timeZone: tableZone ?? zone });
  await insertRows(
    pool,
    seriesId,
    late.filter(({ measuredAt }) => measuredAt >= rawFrom),
  );
  await pool.query(
    'INSERT INTO stored SELECT series_id, measured_at, value FROM readings WHERE series_id = $1',
    [seriesId],
  );
  if (rawFrom > Number.NEGATIVE_INFINITY) {
    await pool.query('UPDATE series SET raw_from = $2 WHERE id = $1', [seriesId, formatMicros(rawFrom)]);
    for (const partition of ['readings_2026_10', 'readings_2026_11']) {
      const due = [seriesId, formatMicros(rawFrom)];
      await pool.query(`DELETE FROM ${partition} WHERE series_id = $1 AND measured_at < $2`, due);
    }
  }
  return { seriesId, rawFrom };
}

/** The hour in which a day begins, and not more than is rolled up. */
function expiryOf({ zone, until, expiredDays }: Pick<World, 'zone' | 'until' | 'expiredDays'>): Micros {
  if (until === undefined || expiredDays === undefined) return Number.NEGATIVE_INFINITY;
  const { start } = createLocalDays(zone).at(Math.min(FIRST + expiredDays * 24 * HOUR, until));
  return Math.floor(start / HOUR) * HOUR;
}

async function ask(
  seriesId: number,
  asked: Span,
  zone: string,
  every: BucketWidth,
): Promise<readonly Bucket[]> {
  const history = await readHistory(database.pool, {
    seriesIds: [seriesId],
    asked,
    width: { every },
    timeZone: zone,
    days: createLocalDays(zone),
  });
  if (history.kind !== 'found') throw new Error(history.kind);
  expect(history.width).toBe(every);
  return history.buckets.get(seriesId) ?? [];
}

async function askExtremes(seriesId: number, asked: Span, zone: string): Promise<Extremes | undefined> {
  const days = createLocalDays(zone);
  const request = { seriesIds: [seriesId], spans: [asked], timeZone: zone, days };
  const [extremes] = await readExtremes(database.pool, request);
  return extremes?.get(seriesId);
}

/** What has expired is as if measured when its hour began, and counts where any of its hour was asked for. */
const KEPT = `
  SELECT measured_at, CASE WHEN measured_at < $4 THEN hour ELSE measured_at END AS time, value
  FROM stored, date_bin('1 hour', measured_at, 'epoch') AS hour
  WHERE series_id = $1 AND CASE WHEN measured_at < $4 THEN hour + interval '1 hour' > $2 AND hour < $3
    ELSE measured_at >= $2 AND measured_at < $3 END`;

function keptParameters(seriesId: number, asked: Span, rawFrom: Micros): unknown[] {
  const expiredBefore = rawFrom === Number.NEGATIVE_INFINITY ? '-infinity' : formatMicros(rawFrom);
  return [seriesId, formatMicros(asked.from), formatMicros(asked.to), expiredBefore];
}

async function groupBy(
  { seriesId, rawFrom }: { seriesId: number; rawFrom: Micros },
  asked: Span,
  zone: string,
  { seconds, calendar }: BucketWidth,
): Promise<readonly Bucket[]> {
  const bucket =
    calendar === undefined
      ? `to_timestamp(floor(extract(epoch FROM time) / ${seconds}) * ${seconds})`
      : `date_trunc('${calendar}', time AT TIME ZONE '${zone}') AT TIME ZONE '${zone}'`;
  const { rows: found } = await database.pool.query<Bucket>(
    `SELECT (extract(epoch FROM ${bucket}) * 1000000)::float8 AS time, count(*)::float8 AS count,
       min(value), avg(value), max(value)
     FROM (${KEPT}) AS kept GROUP BY 1 ORDER BY 1`,
    keptParameters(seriesId, asked, rawFrom),
  );
  return found;
}

async function extremesOf(
  { seriesId, rawFrom }: { seriesId: number; rawFrom: Micros },
  asked: Span,
): Promise<Extremes | undefined> {
  const first = (order: string): string =>
    `(extract(epoch FROM (array_agg(measured_at ORDER BY ${order}, measured_at))[1]) * 1000000)::float8`;
  const { rows: found } = await database.pool.query<Extremes>(
    `SELECT count(*)::float8 AS count, min(value), avg(value), max(value), ${first('value')} AS "minAt",
       ${first('value DESC')} AS "maxAt"
     FROM (${KEPT}) AS kept`,
    keptParameters(seriesId, asked, rawFrom),
  );
  return found[0]!.count === 0 ? undefined : found[0];
}

function totals(buckets: readonly Bucket[]): Record<string, number> {
  return {
    count: buckets.reduce((sum, { count }) => sum + count, 0),
    // Added to 0, -0 is 0.
    sum: Math.round(buckets.reduce((sum, { avg, count }) => sum + avg! * count, 0) * 4) / 4 + 0,
    min: Math.min(...buckets.map(({ min }) => min!)),
    max: Math.max(...buckets.map(({ max }) => max!)),
  };
}

test('whatever is rolled up, marked or expired, buckets are those of a plain GROUP BY, and their sums and extremes the same at every width', {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      world,
      fc.array(fc.tuple(span, widths), { minLength: 3, maxLength: 4 }),
      async (given, asks) => {
        const made = await make(given);
        for (const [asked, some] of asks) {
          let sums: unknown;
          for (const every of [...some, DAYS]) {
            if (countBuckets(asked.to - asked.from, every) > 5_000) continue;
            const buckets = await ask(made.seriesId, asked, given.zone, every);
            expect(buckets, `every ${every.name}`).toEqual(await groupBy(made, asked, given.zone, every));
            sums ??= totals(buckets);
            expect(totals(buckets), `every ${every.name}`).toEqual(sums);
          }
          expect(await askExtremes(made.seriesId, asked, given.zone)).toEqual(await extremesOf(made, asked));
        }
      },
    ),
    { numRuns: 40, examples: [EXPIRED_WITHIN_AN_HOUR] },
  );
});
