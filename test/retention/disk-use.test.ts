import { tmpdir } from 'node:os';
import type { Pool } from 'pg';
import { expect, test } from 'vitest';
import { createDiskUseReader, diskGauges } from '../../src/retention/disk-use.ts';
import { daysUntilFull, type DiskUse } from '../../src/storage/expiry/sizes.ts';
import { useTestDatabase } from '../support/database.ts';

const USE: DiskUse = {
  database: 5_000_000,
  readings: 3_000_000,
  rollups: 1_000_000,
  months: [],
  growth: { bytesPerDay: 1_000.4, since: 0 },
  droppedForSize: [],
  diskFree: 10_500,
  maxDatabaseBytes: undefined,
  expiry: {
    ranAt: 10_000_000,
    runMs: 7.4,
    monthsWaiting: 2,
    unfinishedSince: 1,
    held: { now: 1, before: 0 },
  },
};

test('a look is good for a minute, however many ask; what is free is told of an embedded database', async () => {
  const { pool } = await useTestDatabase();
  let asked = 0;
  const counting = {
    query: (query: { text: string }) => {
      asked += Number(query.text.includes('pg_database_size'));
      return pool.query(query);
    },
  } as unknown as Pool;
  let now = 0;
  const options = { pool: counting, maxDatabaseBytes: 7, clock: () => now };
  const reader = createDiskUseReader({ ...options, embeddedIn: tmpdir() });
  expect(reader.latest()).toBeUndefined();
  const [first, second] = await Promise.all([reader.read(), reader.read()]);
  expect(first).toBe(second);
  expect(first.diskFree).toBeGreaterThan(0);
  now = 59_999;
  expect(await reader.read()).toBe(first);
  expect(reader.latest()).toBe(first);
  expect(asked).toBe(1);
  now = 60_000;
  expect(reader.latest()).toBe(first);
  expect(await reader.read()).not.toBe(first);
  expect(asked).toBe(2);
  const elsewhere = createDiskUseReader({ ...options, embeddedIn: undefined });
  expect((await elsewhere.read()).diskFree).toBeUndefined();
});

test('a database that is away is asked once a minute', async () => {
  let asked = 0;
  const query = (): Promise<never> => {
    asked += 1;
    return Promise.reject(new Error('away'));
  };
  let now = 0;
  const reader = createDiskUseReader({
    pool: { query } as unknown as Pool,
    embeddedIn: undefined,
    maxDatabaseBytes: undefined,
    clock: () => now,
  });
  await expect(reader.read()).rejects.toThrow('away');
  expect(reader.latest()).toBeUndefined();
  expect(asked).toBe(1);
  now = 60_000;
  expect(reader.latest()).toBeUndefined();
  expect(asked).toBe(2);
});

test('days until the disk is full are told while the database grows', () => {
  expect(daysUntilFull(USE)).toBeCloseTo(10.5, 1);
  expect(daysUntilFull({ ...USE, growth: undefined })).toBeUndefined();
  expect(daysUntilFull({ ...USE, growth: { bytesPerDay: -5, since: 0 } })).toBeUndefined();
  expect(daysUntilFull({ ...USE, diskFree: undefined })).toBeUndefined();
});

test('gauges have what is known', () => {
  expect(diskGauges(undefined, 0)).toEqual({});
  expect(diskGauges(USE, 15_400_000)).toEqual({
    database_bytes: 5_000_000,
    readings_bytes: 3_000_000,
    rollups_bytes: 1_000_000,
    database_growth_bytes_per_day: 1_000,
    disk_free_bytes: 10_500,
    disk_full_in_days: 10,
    expiry_run_ms: 7,
    expiry_run_age_seconds: 5,
    expiry_months_waiting: 2,
    expiry_unfinished: 1,
    expiry_held: 1,
  });
  const expiry = {
    ranAt: undefined,
    runMs: undefined,
    monthsWaiting: 0,
    unfinishedSince: undefined,
    held: undefined,
  };
  const unknown = { growth: undefined, diskFree: undefined, expiry };
  expect(diskGauges({ ...USE, ...unknown, maxDatabaseBytes: 9 }, 0)).toEqual({
    database_bytes: 5_000_000,
    readings_bytes: 3_000_000,
    rollups_bytes: 1_000_000,
    database_max_bytes: 9,
    expiry_months_waiting: 0,
    expiry_unfinished: 0,
    expiry_held: 0,
  });
});
