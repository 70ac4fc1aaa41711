import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dialectOf } from '../../src/cli/import-dialect.ts';
import { type ImportTotals, importRecords, newTotals } from '../../src/cli/import-records.ts';
import { exportReadings } from '../../src/storage/export-readings.ts';
import { exportText } from '../../src/storage/export-text.ts';
import { createImporter } from '../../src/storage/import-readings.ts';
import { readSeries } from '../../src/storage/series-query.ts';
import type { LineFormat } from '../../src/telemetry/reading-lines.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { anyMetric, anyStation, anyTime, anyUnit, anyValue, unitOf } from '../support/file-readings.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const NOW = Date.UTC(2026, 10, 22) * 1000;
const ALL = `
  SELECT station, metric, unit, measured_at::text, value::text, received_at::text
  FROM readings_view ORDER BY station COLLATE "C", metric COLLATE "C", measured_at, value`;

async function rowsOf(pool: Pool): Promise<readonly object[]> {
  return (await pool.query<object>(ALL)).rows;
}

async function* pieces(text: string, cuts: readonly number[]): AsyncGenerator<string, void, void> {
  const ends = [...cuts.map((cut) => cut % (text.length + 1)), text.length].toSorted((a, b) => a - b);
  let from = 0;
  for (const end of ends) {
    yield text.slice(from, end);
    from = end;
  }
}

async function importText(pool: Pool, text: string, cuts: readonly number[] = []): Promise<ImportTotals> {
  const totals = newTotals();
  await importRecords(pieces(text, cuts), {
    importer: await createImporter(pool),
    chooseDialect: (head) => dialectOf(head, undefined),
    onRejected: (rejected) =>
      rejected.size === 0 ? Promise.resolve() : Promise.reject(new Error(JSON.stringify([...rejected]))),
    onProgress() {},
    now: () => NOW,
    totals,
  });
  return totals;
}

async function exportAll(pool: Pool, format: LineFormat, chunkRows: number): Promise<string> {
  const series = await readSeries(pool, {});
  let text = '';
  for await (const piece of exportText(exportReadings(pool, { series, order: 'asc' }, chunkRows), format)) {
    text += piece;
  }
  return text;
}

const row = fc.record({ measuredAt: anyTime, value: anyValue, receivedAt: anyTime });
const series = fc.record({
  station: anyStation,
  metric: anyMetric,
  unit: fc.option(anyUnit),
  rows: fc.uniqueArray(row, {
    selector: ({ measuredAt, value }) => `${measuredAt}/${value}`,
    minLength: 1,
    maxLength: 8,
  }),
});
const many = fc.uniqueArray(series, {
  selector: ({ station, metric }) => `${station}/${metric}`,
  maxLength: 5,
});

test.each<LineFormat>(['csv', 'ndjson'])(
  'what is exported as %s makes an empty database equal to the one it came from, and once again nothing more',
  async (format) => {
    const { pool } = database;
    const empty = (): Promise<unknown> => pool.query('TRUNCATE readings, series, stations');
    const cuts = fc.array(fc.nat(), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(many, cuts, fc.integer({ min: 1, max: 10 }), async (all, cut, chunkRows) => {
        await empty();
        const importer = await createImporter(pool);
        const readings = all.flatMap(({ station, metric, unit, rows }) =>
          rows.map((each) => {
            const known = unitOf(metric, unit) ?? undefined;
            return { station, metric, unit: known, hasOwnTime: true, ...each };
          }),
        );
        await importer.store(readings, NOW, (_, { detail }) => expect.fail(detail));
        const before = await rowsOf(pool);
        expect(before).toHaveLength(readings.length);
        const text = await exportAll(pool, format, chunkRows);
        await empty();
        const first = await importText(pool, text, cut);
        expect(await rowsOf(pool)).toEqual(before);
        expect([first.lines, first.stored, first.duplicates]).toEqual([before.length, before.length, 0]);
        const second = await importText(pool, text);
        expect([second.stored, second.duplicates]).toEqual([0, before.length]);
        expect(await exportAll(pool, format, chunkRows)).toBe(text);
      }),
      { numRuns: 25 },
    );
  },
);

test('CSV of readings_view is imported as PostgreSQL writes it', async () => {
  const { pool } = database;
  await pool.query('TRUNCATE readings, series, stations');
  const head = 'station,metric,unit,measured_at,value,received_at\n';
  const line = 'outside,temperature,°C,2026-11-01 11:00:00.000001+01,-0.5,2026-11-01 11:00:01+01:00\n';
  const totals = await importText(pool, head + line + line);
  expect([totals.lines, totals.stored, totals.duplicates]).toEqual([2, 1, 1]);
  const { rows } =
    await pool.query(`SELECT station, value, measured_at = '2026-11-01T10:00:00.000001Z' AS same,
    received_at = '2026-11-01T10:00:01Z' AS too FROM readings_view`);
  expect(rows).toEqual([{ station: 'outside', value: -0.5, same: true, too: true }]);
});
