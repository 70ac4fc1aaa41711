import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ExportRequest, exportReadings } from '../../src/storage/export-readings.ts';
import type { Order } from '../../src/storage/readings-query.ts';
import { readSeries } from '../../src/storage/series-query.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { createTestDatabase, type TestDatabase, useTestDatabase } from '../support/database.ts';
import { insertRows, makePartitions, type Row, seedSeries } from '../support/series.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const measuredAt of MONTHS) await makePartitions(database.pool, [{ measuredAt }]);
});
afterAll(() => database.drop());

/** Not one after the other, and made in another order. */
const MONTHS = [Date.UTC(2026, 10) * 1000, Date.UTC(2026, 2) * 1000, Date.UTC(2026, 3) * 1000];
const DAY: Micros = 86_400_000_000;
const time = fc
  .tuple(fc.constantFrom(...MONTHS), fc.constantFrom(0, 1, DAY, 29 * DAY), fc.integer({ min: 0, max: 5 }))
  .map(([month, offset, step]) => month + offset + step);
// Few, so that many readings share their time, and a chunk often ends among them.
const value = fc.constantFrom(-1.5, 0, 0.1, 0.30000000000000004, 5e-324, 1.7976931348623157e308);
const rows = fc.uniqueArray(fc.record({ measuredAt: time, value }), { selector: key, maxLength: 30 });
const bound = fc.option(time, { nil: undefined });

function key({ measuredAt, value: number }: Row): string {
  return `${measuredAt}/${number}`;
}

interface Exported extends Row {
  readonly metric: string;
  readonly receivedAt: Micros;
}

async function exportAll(request: ExportRequest, chunkRows: number): Promise<readonly Exported[]> {
  const found: Exported[] = [];
  let last = 0;
  for await (const { series, chunk, progress } of exportReadings(database.pool, request, chunkRows)) {
    expect(chunk.measuredAt.length).toBeLessThanOrEqual(chunkRows);
    expect(progress).toBeGreaterThanOrEqual(last);
    expect(progress).toBeLessThanOrEqual(1);
    last = progress;
    for (const [index, measuredAt] of chunk.measuredAt.entries()) {
      const receivedAt = chunk.receivedAt[index]!;
      found.push({ metric: series.metric, measuredAt, value: chunk.value[index]!, receivedAt });
    }
  }
  return found;
}

/** Month by month, in each series by series. */
function expected(
  perMetric: ReadonlyMap<string, readonly Row[]>,
  order: Order,
  from = -Infinity,
  to = Infinity,
): readonly Exported[] {
  const sign = order === 'asc' ? 1 : -1;
  const months = MONTHS.toSorted((a, b) => sign * (a - b));
  return months.flatMap((month) =>
    [...perMetric].flatMap(([metric, all]) =>
      all
        .filter(({ measuredAt }) => measuredAt >= month && measuredAt < month + 30 * DAY)
        .filter(({ measuredAt }) => measuredAt >= from && measuredAt < to)
        .toSorted((a, b) => sign * (a.measuredAt - b.measuredAt || a.value - b.value))
        .map((row) => ({ metric, ...row, receivedAt: row.measuredAt + 1_000_000 })),
    ),
  );
}

test('an export gives every reading of the range exactly once and in order, whatever a chunk holds', async () => {
  const order = fc.constantFrom<Order>('asc', 'desc');
  const limit = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
  const options = fc.record({
    order,
    from: bound,
    to: bound,
    limit,
    chunkRows: fc.integer({ min: 1, max: 9 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(rows, { minLength: 1, maxLength: 3 }), options, async (all, given) => {
      const station = `s${crypto.randomUUID()}`;
      const perMetric = new Map(all.map((each, index) => [`m${index}`, each]));
      for (const [metric, each] of perMetric) {
        await seedSeries(database.pool, { station, metric, unit: null }, each);
      }
      const { chunkRows, order: wanted, from, to, limit: most } = given;
      const series = await readSeries(database.pool, { station });
      const found = await exportAll({ series, order: wanted, from, to, limit: most }, chunkRows);
      expect(found).toEqual(expected(perMetric, wanted, from, to).slice(0, most));
    }),
    { numRuns: 60 },
  );
});

test('what arrives meanwhile makes nothing come twice, and nothing else be missing', async () => {
  await fc.assert(
    fc.asyncProperty(rows, rows, fc.integer({ min: 1, max: 5 }), async (present, arriving, chunkRows) => {
      const station = `s${crypto.randomUUID()}`;
      const seriesId = await seedSeries(database.pool, { station, metric: 'm', unit: null }, present);
      const series = await readSeries(database.pool, { station });
      const waiting = arriving.filter((row) => !present.some((other) => key(other) === key(row)));
      const found: string[] = [];
      for await (const { chunk } of exportReadings(database.pool, { series, order: 'asc' }, chunkRows)) {
        for (const [index, measuredAt] of chunk.measuredAt.entries()) {
          found.push(key({ measuredAt, value: chunk.value[index]! }));
        }
        await insertRows(database.pool, seriesId, waiting.splice(0, 3));
      }
      expect(new Set(found).size).toBe(found.length);
      const before = new Set(present.map(key));
      expect(found.filter((each) => before.has(each))).toHaveLength(before.size);
    }),
    { numRuns: 30 },
  );
});

test('readings in partitions that an owner has made otherwise are exported, too', async () => {
  const { pool } = await useTestDatabase();
  await pool.query(`CREATE TABLE old PARTITION OF readings FOR VALUES FROM (MINVALUE) TO ('2020-01-01Z')`);
  const row = { measuredAt: Date.UTC(2019, 5) * 1000, value: 1 };
  await pool.query(`INSERT INTO stations (station) VALUES ('a');
    INSERT INTO series (station_id, metric) SELECT id, 'm' FROM stations`);
  const series = await readSeries(pool, {});
  await insertRows(pool, series[0]!.seriesId, [row]);
  const found: number[] = [];
  for await (const { chunk } of exportReadings(pool, { series, order: 'asc' }))
    found.push(...chunk.measuredAt);
  expect(found).toEqual([row.measuredAt]);
});

test('no statement of an export outlives its chunk', async () => {
  const station = 'long';
  const many = Array.from({ length: 50 }, (_, step) => ({ measuredAt: MONTHS[0]! + step, value: step }));
  await seedSeries(database.pool, { station, metric: 'm', unit: null }, many);
  const series = await readSeries(database.pool, { station });
  let chunks = 0;
  for await (const _ of exportReadings(database.pool, { series, order: 'asc' }, 10)) {
    const { rows: open } = await database.pool.query(
      `SELECT query FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
         AND backend_type = 'client backend'`,
    );
    expect(open).toEqual([]);
    chunks += 1;
  }
  expect(chunks).toBe(5);
});
