import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSeattleYear } from '../../../firmware-bridge/simulator/weather.ts';
import type { HistoryBucket as Bucket } from '../../../src/storage/history/history-bucket.ts';
import { readHistory } from '../../../src/storage/history/read-history.ts';
import { BUCKET_WIDTHS, bucketWidthNamed, countBuckets } from '../../../src/telemetry/bucket-width.ts';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { rollUp } from '../../support/rolled-up.ts';
import { seedSeries } from '../../support/series.ts';

const ZONE = 'America/Los_Angeles';
const YEAR = readSeattleYear().map(({ timeMs, temperature }) => ({
  measuredAt: timeMs * 1000,
  value: temperature,
}));
const SPAN = { from: YEAR[0]!.measuredAt, to: YEAR.at(-1)!.measuredAt + 1 };

let database: TestDatabase;
let seriesId: number;
beforeAll(async () => {
  database = await createTestDatabase();
  seriesId = await seedSeries(database.pool, { station: 'outside', metric: 'temperature', unit: '°C' }, YEAR);
  // All but the last hours of the year.
  await rollUp(database.pool, { until: SPAN.to - 1 - 30 * 3_600_000_000, timeZone: ZONE });
});
afterAll(() => database.drop());

async function ask(
  width: { points: number } | { every: string },
): Promise<{ width: string; buckets: readonly Bucket[] }> {
  const history = await readHistory(database.pool, {
    seriesIds: [seriesId],
    asked: SPAN,
    width: 'points' in width ? width : { every: bucketWidthNamed(width.every)! },
    timeZone: ZONE,
    days: createLocalDays(ZONE),
  });
  if (history.kind !== 'found') throw new Error(history.kind);
  const name = history.width === 'raw' ? 'raw' : history.width.name;
  return { width: name, buckets: history.buckets.get(seriesId)! };
}

/** By the local date, or a part of it from its beginning: `2010-03-14` and `2010-03`. */
function byDate(length: number): readonly (readonly [date: string, values: readonly number[]])[] {
  const dates = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short' });
  const groups = new Map<string, number[]>();
  for (const { measuredAt, value } of YEAR) {
    const date = dates.format(measuredAt / 1000).slice(0, length);
    const group = groups.get(date);
    if (group === undefined) groups.set(date, [value]);
    else group.push(value);
  }
  return [...groups];
}

describe('the Seattle year', () => {
  test.each([
    ['1d', 10],
    ['1mo', 7],
    ['1y', 4],
  ])('in buckets of %s is what its readings come to, with both changes of clocks', async (every, length) => {
    const { buckets } = await ask({ every });
    const expected = byDate(length);
    expect(buckets.map(({ count }) => count)).toEqual(expected.map(([, values]) => values.length));
    const times = new Intl.DateTimeFormat('sv-SE', {
      timeZone: ZONE,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    for (const [index, { time, min, avg, max }] of buckets.entries()) {
      const [date, values] = expected[index]!;
      expect(times.format(time / 1000)).toBe(`${date}-01-01`.slice(0, 10).concat(' 00:00:00'));
      expect([min, max], `on ${date}`).toEqual([Math.min(...values), Math.max(...values)]);
      expect(avg).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 9);
    }
  });

  test('has the same extremes and the same mean at every width', async () => {
    const values = YEAR.map(({ value }) => value);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    for (const width of BUCKET_WIDTHS) {
      if (countBuckets(SPAN.to - SPAN.from, width) > 10_000) continue;
      const { buckets } = await ask({ every: width.name });
      const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0);
      expect(
        [count, Math.min(...buckets.map(({ min }) => min!)), Math.max(...buckets.map(({ max }) => max!))],
        `every ${width.name}`,
      ).toEqual([values.length, Math.min(...values), Math.max(...values)]);
      expect(buckets.reduce((sum, bucket) => sum + bucket.avg! * bucket.count, 0) / count).toBeCloseTo(
        mean,
        9,
      );
    }
  });

  test('comes as it was published where there are as many points', async () => {
    const { width, buckets } = await ask({ points: YEAR.length });
    expect(width).toBe('raw');
    expect(buckets.map(({ time, avg }) => ({ measuredAt: time, value: avg }))).toEqual(YEAR);
    expect((await ask({ points: YEAR.length - 1 })).width).toBe('2h');
  });
});
