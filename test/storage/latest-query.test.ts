import { expect, test } from 'vitest';
import { readLatest } from '../../src/storage/latest-query.ts';
import { useTestDatabase } from '../support/database.ts';
import { useIngest } from '../support/ingest.ts';

test('the newest reading of each series is found over all partitions; of equal times, the one received last', async () => {
  const { pool } = await useTestDatabase();
  const { send } = await useIngest(pool);
  await send('stations/a/t', { value: 1, time: '2026-01-15T00:00:00Z' });
  await send('stations/a/t', { value: 9, time: '2026-03-15T00:00:00Z' });
  await send('stations/a/t', { value: 5, time: '2026-03-15T00:00:00Z' });
  await send('stations/a/t', { value: 7, time: '2026-02-15T00:00:00Z' });
  await send('stations/b/u', { value: 3, time: '2020-02-15T00:00:00.000001Z' });
  const latest = await readLatest(pool);
  const values = new Map(latest.map(({ station, metric, value }) => [`${station}/${metric}`, value]));
  expect(values).toEqual(
    new Map([
      ['a/t', 5],
      ['b/u', 3],
    ]),
  );
  expect(latest.find(({ station }) => station === 'b')?.measuredAt).toBe(Date.UTC(2020, 1, 15) * 1000 + 1);
});
