import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HistoryBucket } from '../../../src/storage/history/history-bucket.ts';
import { readHistory } from '../../../src/storage/history/read-history.ts';
import { bucketStarts } from '../../../src/telemetry/bucket-starts.ts';
import { BUCKET_WIDTHS, type BucketWidth, countBuckets } from '../../../src/telemetry/bucket-width.ts';
import { formatMicros } from '../../../src/telemetry/format-time.ts';
import { floorHour, HOUR } from '../../../src/telemetry/hours.ts';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import type { Micros } from '../../../src/telemetry/reading.ts';
import type { Span } from '../../../src/telemetry/spans.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { forgetReadings, rollUp } from '../../support/rolled-up.ts';
import { insertRows, makePartitions, type Row, seedSeries } from '../../support/series.ts';

const FIRST = Date.UTC(2026, 9, 21) * 1000;
const LAST = Date.UTC(2026, 10, 8) * 1000;
const ZONES = ['Europe/Paris', 'Asia/Kolkata', 'Australia/Lord_Howe'] as const;

/** Half of the times are seconds apart, some of them in one microsecond. */
const time = fc.oneof(
  fc.integer({ min: FIRST, max: LAST - 1 }),
  fc.integer({ min: 0, max: 90 }).map((index) => FIRST + 18.4 * HOUR + Math.floor(index / 2) * 61_000_000),
);
// Quarters are added up without a rounding. Some are no counts, and some no directions.
const count = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 200 }).map((quarters) => quarters / 4) },
  { weight: 1, arbitrary: fc.constantFrom(-9999, -0.25, 1e300) },
);
const degrees = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: 24 }).map((steps) => steps * 15) },
  { weight: 1, arbitrary: fc.constantFrom(-9999, 999, -90) },
);
const hour = fc.integer({ min: FIRST / HOUR, max: LAST / HOUR }).map((hours) => hours * HOUR);
const span = fc.tuple(time, time, fc.constantFrom(1, HOUR / 4, 24 * HOUR)).map(([a, b, step]) => ({
  from: Math.floor(Math.min(a, b) / step) * step,
  to: Math.ceil((Math.max(a, b) + 1) / step) * step,
}));
const widths = fc.subarray([...BUCKET_WIDTHS], { minLength: 4, maxLength: 6 });
const asks = fc.array(fc.tuple(span, widths), { minLength: 3, maxLength: 4 });
const worlds = (value: fc.Arbitrary<number>) => {
  const rows = (maxLength: number) => fc.array(fc.record({ measuredAt: time, value }), { maxLength });
  return fc.record({
    zone: fc.constantFrom(...ZONES),
    readings: rows(300),
    /** Come when those are rolled up. */
    late: rows(4),
    until: fc.option(hour, { nil: undefined, freq: 5 }),
    expiredDays: fc.option(fc.integer({ min: 0, max: 18 }), { nil: undefined, freq: 2 }),
  });
};
type World = typeof worlds extends (...of: never) => fc.Arbitrary<infer T> ? T : never;

interface Made {
  readonly seriesId: number;
  readonly zone: string;
  readonly rawFrom: Micros;
  /** Everything that was ever stored, in order. */
  readonly stored: readonly Row[];
}

let database: TestDatabase;
let made = 0;
beforeAll(async () => {
  database = await createTestDatabase();
  await makePartitions(database.pool, [{ measuredAt: FIRST }, { measuredAt: LAST - 1 }]);
});
afterAll(() => database.drop());

async function make(metric: string, { zone, readings, late, until, expiredDays }: World): Promise<Made> {
  const { pool } = database;
  await forgetReadings(pool);
  const name = { station: `world-${(made += 1)}`, metric, unit: metric === 'wind_dir' ? '°' : 'mm' };
  const seriesId = await seedSeries(pool, name, readings);
  if (until !== undefined) await rollUp(pool, { until, timeZone: zone });
  const rawFrom =
    until === undefined || expiredDays === undefined
      ? Number.NEGATIVE_INFINITY
      : floorHour(createLocalDays(zone).at(Math.min(FIRST + expiredDays * 24 * HOUR, until)).start);
  const inTime = late.filter(({ measuredAt }) => measuredAt >= rawFrom);
  await insertRows(pool, seriesId, inTime);
  if (rawFrom > Number.NEGATIVE_INFINITY) {
    await pool.query('UPDATE series SET raw_from = $2 WHERE id = $1', [seriesId, formatMicros(rawFrom)]);
    // Not by way of the parent, whose trigger would mark it.
    for (const partition of ['readings_2026_10', 'readings_2026_11']) {
      const due = [seriesId, formatMicros(rawFrom)];
      await pool.query(`DELETE FROM ${partition} WHERE series_id = $1 AND measured_at < $2`, due);
    }
  }
  const distinct = new Map([...readings, ...inTime].map((row) => [`${row.measuredAt} ${row.value}`, row]));
  const stored = [...distinct.values()].toSorted((a, b) => a.measuredAt - b.measuredAt || a.value - b.value);
  return { seriesId, zone, rawFrom, stored };
}

async function ask(
  { seriesId, zone }: Made,
  asked: Span,
  every: BucketWidth,
): Promise<readonly HistoryBucket[]> {
  const days = createLocalDays(zone);
  const request = { seriesIds: [seriesId], asked, width: { every }, timeZone: zone, days };
  const history = await readHistory(database.pool, request);
  if (history.kind !== 'found') throw new Error(history.kind);
  return history.buckets.get(seriesId) ?? [];
}

/** Which bucket a reading is in; `undefined`: it is not in the stretch. What has expired is as if measured when its hour began. */
function bucketOf(
  { zone, rawFrom }: Made,
  asked: Span,
  width: BucketWidth,
  { measuredAt }: Row,
): number | undefined {
  const isExpired = measuredAt < rawFrom;
  const at = isExpired ? floorHour(measuredAt) : measuredAt;
  const end = isExpired ? at + HOUR : at + 1;
  if (end <= asked.from || at >= asked.to) return undefined;
  if (width.calendar === undefined) return Math.floor(at / (width.seconds * 1e6)) * width.seconds * 1e6;
  return bucketStarts({ from: at, to: at + 1 }, width.calendar, createLocalDays(zone))[0]!;
}

async function forAll(
  metric: string,
  value: fc.Arbitrary<number>,
  check: (world: Made, asked: Span, some: readonly BucketWidth[]) => Promise<void>,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(worlds(value), asks, async (world, all) => {
      const known = await make(metric, world);
      for (const [asked, some] of all) {
        const fitting = some.filter((every) => countBuckets(asked.to - asked.from, every) <= 5_000);
        await check(known, asked, fitting);
      }
    }),
    { numRuns: 40, endOnFailure: true },
  );
}

test('whatever is rolled up, marked or expired, counters rise as a walk from reading to reading says, and at every width by the same in all', {
  timeout: 600_000,
}, async () => {
  await forAll('rain_counter', count, async (world, asked, some) => {
    for (const every of some) {
      const expected = new Map<number, number | null>();
      let before: number | undefined;
      let total = 0;
      for (const row of world.stored) {
        const bucket = bucketOf(world, asked, every, row);
        const counts = row.value >= 0 && row.value < 1e290;
        const isReset = before !== undefined && row.value < 0.9 * before;
        const step = before === undefined ? 0 : isReset ? row.value : row.value - before;
        if (bucket !== undefined && !expected.has(bucket)) expected.set(bucket, null);
        if (!counts) continue;
        before = row.value;
        if (bucket === undefined) continue;
        expected.set(bucket, (expected.get(bucket) ?? 0) + step);
        total += step;
      }
      const buckets = await ask(world, asked, every);
      const found = new Map(buckets.map((each) => [each.time, each.rise]));
      expect(found, `every ${every.name}`).toEqual(expected);
      expect(buckets.reduce((sum, each) => sum + (each.rise ?? 0), 0)).toBe(total);
    }
  });
});

test('whatever is rolled up, marked or expired, directions have the mean of their vectors', {
  timeout: 600_000,
}, async () => {
  await forAll('wind_dir', degrees, async (world, asked, some) => {
    for (const every of some) {
      const sums = new Map<number, { count: number; x: number; y: number }>();
      // Backwards: the order is nothing to a mean.
      for (const row of world.stored.toReversed()) {
        const bucket = bucketOf(world, asked, every, row);
        if (bucket === undefined) continue;
        const sum = sums.get(bucket) ?? { count: 0, x: 0, y: 0 };
        const length = Math.abs(row.value) <= 360 ? 1 : 0;
        const angle = (row.value * Math.PI) / 180;
        sums.set(bucket, {
          count: sum.count + 1,
          x: sum.x + length * Math.cos(angle),
          y: sum.y + length * Math.sin(angle),
        });
      }
      const buckets = await ask(world, asked, every);
      expect(buckets.map((each) => [each.time, each.count, each.min, each.max])).toEqual(
        [...sums].toSorted(([a], [b]) => a - b).map(([start, sum]) => [start, sum.count, null, null]),
      );
      for (const { time: start, avg } of buckets) {
        const { x, y } = sums.get(start)!;
        if (Math.hypot(x, y) < 1e-6) expect(avg).toBeNull();
        else {
          const angle = (avg! * Math.PI) / 180;
          expect(Math.cos(angle) * x + Math.sin(angle) * y).toBeCloseTo(Math.hypot(x, y), 6);
          expect(avg! >= 0 && avg! < 360).toBe(true);
        }
      }
    }
  });
});
