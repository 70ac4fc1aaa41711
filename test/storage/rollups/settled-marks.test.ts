import { expect, test } from 'vitest';
import { takeMarks } from '../../../src/storage/rollups/marks.ts';
import { createSettledMarks } from '../../../src/storage/rollups/settled-marks.ts';
import { useTestDatabase } from '../../support/database.ts';

test('marks are for taking when they have lain there for a while; those of the start are at once', async () => {
  const { pool } = await useTestDatabase();
  const mark = (hour: number): Promise<unknown> =>
    pool.query('INSERT INTO rollup_marks (series_id, from_time, to_time) VALUES ($1, now(), now())', [hour]);
  let now = 0;
  const marks = createSettledMarks(10, () => now);
  const take = async (): Promise<readonly number[]> => {
    const newest = await marks.look(pool);
    if (newest === undefined) return [];
    return (await takeMarks(pool, 100, newest)).map(({ seriesId }) => seriesId);
  };
  await mark(1);
  expect(await take()).toEqual([1]);
  await mark(2);
  now = 9;
  expect(await take()).toEqual([]);
  now = 10;
  expect(await take(), 'seen for the first time').toEqual([]);
  await mark(3);
  now = 20;
  expect(await take()).toEqual([2]);
  now = 30;
  expect(await take()).toEqual([3]);
  now = 40;
  expect(await take()).toEqual([]);
});

test('where there are none at the start, none is taken before its time', async () => {
  const { pool } = await useTestDatabase();
  let now = 0;
  const marks = createSettledMarks(10, () => now);
  expect(await marks.look(pool)).toBeUndefined();
  await pool.query('INSERT INTO rollup_marks (series_id, from_time, to_time) VALUES (1, now(), now())');
  now = 10;
  expect(await marks.look(pool)).toBeUndefined();
  now = 20;
  expect(await marks.look(pool)).toBeDefined();
});
