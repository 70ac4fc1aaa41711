import fc from 'fast-check';
import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readReadings } from '../../src/storage/readings-query.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { insertRows, makePartitions, type Row, seedSeries } from '../support/series.ts';
import { useWeb } from '../support/web.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await makePartitions(database.pool, [{ measuredAt: START }]);
});
afterAll(() => database.drop());

const START = Date.UTC(2026, 9, 25) * 1000;
// Few times and few values, so that many readings share their time, and a page often ends among them.
const row = fc.record({
  measuredAt: fc.integer({ min: 0, max: 40 }).map((step) => START + step),
  value: fc.constantFrom(-1.5, 0, 0.1, 0.30000000000000004, 21.5, 5e-324, 1.7976931348623157e308),
});
const rows = fc.uniqueArray(row, { selector: key, minLength: 0, maxLength: 60 });

test.each(['asc', 'desc'] as const)(
  'paging in %s order gives every reading exactly once, while others arrive',
  async (order) => {
    const web = await useWeb({ pool: database.pool });
    const sign = order === 'asc' ? 1 : -1;
    await fc.assert(
      fc.asyncProperty(rows, rows, fc.integer({ min: 1, max: 7 }), async (present, arriving, limit) => {
        const station = `s${crypto.randomUUID()}`;
        const seriesId = await seedSeries(
          database.pool,
          { station, metric: 'temperature', unit: '°C' },
          present,
        );
        const seen: Row[] = [];
        const waiting = [...arriving];
        let cursor: string | null = '';
        while (cursor !== null) {
          const query = `order=${order}&limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`;
          const { body } = await web.ask(`/api/stations/${station}/readings?${query}`);
          expect(body.readings.length).toBeLessThanOrEqual(limit);
          seen.push(...body.readings.map(toRow));
          cursor = body.next;
          await insertRows(database.pool, seriesId, waiting.splice(0, 3));
        }
        const keys = seen.map(key);
        expect(new Set(keys).size, 'no reading comes twice').toBe(keys.length);
        const presentKeys = new Set(present.map(key));
        expect(
          keys.filter((each) => presentKeys.has(each)).length,
          'none that was there at the start is missing',
        ).toBe(present.length);
        expect(seen, 'in order').toStrictEqual(
          seen.toSorted((a, b) => sign * (a.measuredAt - b.measuredAt || a.value - b.value)),
        );
      }),
      { numRuns: 20 },
    );
  },
);

test('a page deep in the history reads as few blocks as the first', async () => {
  const many = Array.from({ length: 30_000 }, (_, i) => ({
    measuredAt: START + i * 300_000_000,
    value: i % 7,
  }));
  const seriesId = await seedSeries(
    database.pool,
    { station: 'deep', metric: 'temperature', unit: '°C' },
    many,
  );
  await database.pool.query('ANALYZE readings');
  const first = await blocksRead({ seriesId, order: 'desc', limit: 100 });
  const deep = await blocksRead({ seriesId, order: 'desc', limit: 100, after: many[200]! });
  expect(first).toBeGreaterThan(0);
  expect(deep).toBeLessThanOrEqual(first + 10);
});

test('the last page says that there is no next one, also if it is full', async () => {
  const web = await useWeb({ pool: database.pool });
  const two = [
    { measuredAt: START, value: 1 },
    { measuredAt: START + 1, value: 2 },
  ];
  await seedSeries(database.pool, { station: 'two', metric: 'temperature', unit: '°C' }, two);
  const { body } = await web.ask('/api/stations/two/readings?limit=2');
  expect(body.readings).toHaveLength(2);
  expect(body.next).toBeNull();
});

function key({ measuredAt, value }: Row): string {
  return `${measuredAt}/${value}`;
}

function toRow(reading: { measuredAt: string; value: number }): Row {
  const [, fraction = ''] = /\.(\d+)Z$/.exec(reading.measuredAt) ?? [];
  const seconds = Date.parse(reading.measuredAt.replace(/\.\d+Z$/, 'Z'));
  return { measuredAt: seconds * 1000 + Number(fraction.padEnd(6, '0')), value: reading.value };
}

/** Runs the very statement of {@link readReadings} under EXPLAIN. */
async function blocksRead(request: Parameters<typeof readReadings>[1]): Promise<number> {
  let blocks = 0;
  const explaining = {
    async query(text: string, values: unknown[]) {
      const { rows: plans } = await database.pool.query(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
        values,
      );
      const plan = plans[0]['QUERY PLAN'][0].Plan;
      blocks = plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
      return { rows: [] };
    },
  };
  await readReadings(explaining as unknown as Pool, request);
  return blocks;
}
