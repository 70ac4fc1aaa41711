import { expect, test } from 'vitest';
import { readExtremes } from '../../../src/storage/history/extremes-query.ts';
import { HOUR } from '../../../src/telemetry/hours.ts';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import { useTestDatabase } from '../../support/database.ts';
import { rollUp } from '../../support/rolled-up.ts';
import { seedSeries } from '../../support/series.ts';

const FIRST = Date.UTC(2026, 9, 30) * 1000;
const ZONE = 'Europe/Paris';

test('extremes of several series in several stretches are each of their own, rolled up or not', async () => {
  const { pool } = await useTestDatabase();
  const rows = (values: readonly number[]): { measuredAt: number; value: number }[] =>
    values.map((value, index) => ({ measuredAt: FIRST + index * 12 * HOUR + 1, value }));
  const ids = [];
  for (const [station, values] of Object.entries({ a: [3, 1, 4, 1, 5, 9], b: [-2, 0.1, -7], c: [] })) {
    ids.push(await seedSeries(pool, { station, metric: 'temperature', unit: '°C' }, rows(values)));
  }
  const [a, b] = ids as [number, number];
  await rollUp(pool, { until: FIRST + 50 * HOUR, timeZone: ZONE });
  const spans = [
    { from: FIRST, to: FIRST + 72 * HOUR },
    { from: FIRST + 30 * HOUR, to: FIRST + 72 * HOUR },
    { from: FIRST - 72 * HOUR, to: FIRST },
  ];
  const days = createLocalDays(ZONE);
  const found = await readExtremes(pool, { seriesIds: ids, spans, timeZone: ZONE, days });
  const at = (index: number): number => FIRST + index * 12 * HOUR + 1;
  expect(found.map((one) => [...one.keys()])).toEqual([[a, b], [a], []]);
  expect(found[0]!.get(a)).toMatchObject({ count: 6, min: 1, minAt: at(1), max: 9, maxAt: at(5) });
  expect(found[0]!.get(b)).toMatchObject({ count: 3, min: -7, minAt: at(2), max: 0.1, maxAt: at(1) });
  expect(found[1]!.get(a)).toMatchObject({ count: 3, min: 1, minAt: at(3), max: 9, maxAt: at(5) });
});
