import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { createImporter } from '../../src/storage/import-readings.ts';
import type { FileReading } from '../../src/telemetry/file-reading.ts';
import { detachStation } from '../../src/storage/station-removal.ts';
import { renameStation } from '../../src/storage/station-rename.ts';
import type { Rejection } from '../../src/telemetry/reading.ts';
import { useTestDatabase } from '../support/database.ts';

const NOW = Date.UTC(2026, 10, 22) * 1000;
const TIME = Date.UTC(2026, 9, 1) * 1000;

function reading(given: Partial<FileReading>): FileReading {
  const usual = { station: 'outside', metric: 'temperature', value: 21.5, unit: undefined };
  return { ...usual, measuredAt: TIME, receivedAt: undefined, hasOwnTime: true, ...given };
}

async function useImporter() {
  const { pool } = await useTestDatabase();
  const importer = await createImporter(pool);
  const rejections: [FileReading, Rejection][] = [];
  const store = (...readings: readonly FileReading[]) =>
    importer.store(readings, NOW, (refused, rejection) => void rejections.push([refused, rejection]));
  return { pool, store, rejections };
}

async function valuesIn(pool: Pool): Promise<readonly number[]> {
  const { rows } = await pool.query<{ value: number }>('SELECT value FROM readings_view ORDER BY value');
  return rows.map(({ value }) => value);
}

test('a month whose partition was dropped in between is made again', async () => {
  const { pool, store } = await useImporter();
  await store(reading({ value: 1 }));
  await pool.query('DROP TABLE readings_2026_10');
  expect(await store(reading({ value: 2 }), reading({ value: 3 }))).toEqual({ stored: 2, duplicates: 0 });
  expect(await valuesIn(pool)).toEqual([2, 3]);
});

test('values are converted to the unit of their series, and what can not be is refused alone', async () => {
  const { pool, store, rejections } = await useImporter();
  const [first, second, third] = [
    reading({ value: 20, unit: '°C' }),
    reading({ value: 86, unit: '°F' }),
    reading({ value: 1, unit: 'hPa' }),
  ];
  expect(await store(first, second, third)).toEqual({ stored: 2, duplicates: 0 });
  expect(await valuesIn(pool)).toEqual([20, 30]);
  expect(rejections).toEqual([[third, { reason: 'unit-mismatch', detail: expect.stringContaining('hPa') }]]);
});

test('what comes twice is stored once, and counted', async () => {
  const { pool, store } = await useImporter();
  expect(await store(reading({}), reading({}), reading({ value: 1 }))).toEqual({ stored: 2, duplicates: 1 });
  expect(await store(reading({}), reading({ value: 2 }))).toEqual({ stored: 1, duplicates: 1 });
  expect(await valuesIn(pool)).toEqual([1, 2, 21.5]);
});

test('a reading that the database refuses costs no other', async () => {
  const { pool, store, rejections } = await useImporter();
  await pool.query('ALTER TABLE readings ADD CHECK (value <> 13)');
  const unlucky = reading({ value: 13 });
  const others = [1, 2, 3, 4].map((value) => reading({ value }));
  expect(await store(...others, unlucky)).toEqual({ stored: 4, duplicates: 0 });
  expect(rejections).toEqual([
    [unlucky, { reason: 'refused-by-database', detail: expect.stringContaining('check constraint') }],
  ]);
  expect(await valuesIn(pool)).toEqual([1, 2, 3, 4]);
});

test('a station has no more metrics than one that publishes', async () => {
  const { store, rejections } = await useImporter();
  const many = Array.from({ length: 201 }, (_, index) => reading({ metric: `m${index}` }));
  expect(await store(...many)).toEqual({ stored: 200, duplicates: 0 });
  expect(rejections.map(([, { reason }]) => reason)).toEqual(['too-many-metrics']);
});

test('nothing is nothing', async () => {
  const { store } = await useImporter();
  expect(await store()).toEqual({ stored: 0, duplicates: 0 });
});

test('a station that is removed in between is made anew, with what was stored before and comes again, too', async () => {
  const { pool, store, rejections } = await useImporter();
  await store(reading({ value: 1 }), reading({ station: 'inside', value: 5 }));
  await detachStation(pool, 'outside', new AbortController().signal);
  const refused = reading({ value: 7, unit: 'hPa' });
  const inside = reading({ station: 'inside', value: 6 });
  expect(await store(reading({ value: 2 }), inside, refused)).toMatchObject({ stored: 2 });
  expect(await valuesIn(pool)).toEqual([2, 5, 6]);
  expect(rejections.map(([one]) => one)).toEqual([refused]);
  await detachStation(pool, 'outside', new AbortController().signal);
  expect(await store(reading({ value: 2 }))).toEqual({ stored: 1, duplicates: 0 });
  expect(await valuesIn(pool)).toEqual([2, 5, 6]);
});

test('a station that was renamed meanwhile is made anew, with the metrics that were known and those that were not', async () => {
  const { pool, store, rejections } = await useImporter();
  await store(reading({ value: 1 }));
  await renameStation(pool, 'outside', 'terrace');
  const given = [reading({ value: 2 }), reading({ value: 3, metric: 'humidity' })];
  expect(await store(...given)).toEqual({ stored: 2, duplicates: 0 });
  expect(rejections).toEqual([]);
  expect(await valuesIn(pool)).toEqual([1, 2, 3]);
});
