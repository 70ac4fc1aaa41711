import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { dropWhenFree } from '../../../src/retention/drop-when-free.ts';
import { dropPartition } from '../../../src/storage/expiry/drop-partition.ts';
import { areOldSnapshotsGone, takeSnapshotFence } from '../../../src/storage/expiry/old-snapshots.ts';
import { listPartitions, type Partition } from '../../../src/storage/expiry/partition-list.ts';
import { PARTITIONS_LOCK } from '../../../src/storage/partitions.ts';
import { type TestDatabase, useTestDatabase } from '../../support/database.ts';
import { at, hourly } from '../../support/hourly.ts';
import { useMaintenance } from '../../support/retention.ts';
import { insertRows, makePartitions, seedSeries } from '../../support/series.ts';

const OUTSIDE = { station: 'outside', metric: 'temperature', unit: '°C' };
const NOW = at('2026-06-15T10:20Z');

interface TestPartition {
  readonly database: TestDatabase;
  readonly seriesId: number;
  readonly partition: Partition;
  readonly session: Client;
  drop(): Promise<string>;
}

/** A month that is all rolled up. */
async function usePartition(): Promise<TestPartition> {
  const database = await useTestDatabase();
  const seriesId = await seedSeries(database.pool, OUTSIDE, hourly('2026-01-01T00:00Z', '2026-02-01T00:00Z'));
  await (await useMaintenance(database)).roll(NOW);
  const [partition] = await listPartitions(database.pool);
  const session = await useSession(database);
  const options = { partition: partition!, reason: 'expired' as const, lockTimeoutMs: 1 };
  return {
    database,
    seriesId,
    partition: partition!,
    session,
    drop: () => dropPartition(session, options),
  };
}

async function useSession({ connection }: TestDatabase): Promise<Client> {
  const session = new Client(connection);
  session.on('error', () => {});
  await session.connect();
  onTestFinished(() => session.end());
  return session;
}

test.each([
  ['reads', 'SELECT count(*) FROM readings'],
  ['stores', `INSERT INTO readings VALUES (1, '2026-06-15T10:00Z', 1, now())`],
  [
    'is at work on the month itself, as autovacuum is',
    'LOCK TABLE readings_2026_01 IN SHARE UPDATE EXCLUSIVE MODE',
  ],
  ['makes another month', `SELECT pg_advisory_xact_lock(${PARTITIONS_LOCK})`],
])('while somebody %s the month stays, and goes afterwards', async (_, statement) => {
  const { database, drop } = await usePartition();
  await makePartitions(database.pool, [{ measuredAt: NOW }]);
  const other = await useSession(database);
  await other.query('BEGIN');
  await other.query(statement);
  expect(await drop()).toBe('busy');
  expect(await listPartitions(database.pool)).toHaveLength(2);
  await other.query('COMMIT');
  expect(await drop()).toBe('dropped');
  expect(await listPartitions(database.pool)).toHaveLength(1);
});

test('a month that something has come for stays until that is rolled up', async () => {
  const { database, seriesId, drop } = await usePartition();
  await insertRows(database.pool, seriesId, [{ measuredAt: at('2026-01-20T00:30Z'), value: 1 }]);
  expect(await drop()).toBe('changed');
  await (await useMaintenance(database)).roll(NOW);
  expect(await drop()).toBe('dropped');
});

test('a month that was just made for a reading stays for it', async () => {
  const { database, drop } = await usePartition();
  expect(await drop()).toBe('dropped');
  await makePartitions(database.pool, [{ measuredAt: at('2026-01-20T00:30Z') }]);
  expect(await listPartitions(database.pool)).toMatchObject([{ isFresh: true }]);
  expect(await drop()).toBe('changed');
});

test('a month that all readings were deleted from is not taken for one that was just made', async () => {
  const { database, drop } = await usePartition();
  await database.pool.query('DELETE FROM readings_2026_01');
  await database.pool.query('VACUUM readings_2026_01');
  expect(await listPartitions(database.pool)).toMatchObject([{ isFresh: false }]);
  expect(await drop()).toBe('dropped');
});

test('whoever began to look before it was known that readings have expired finds them', async () => {
  const { database, partition, session } = await usePartition();
  const reader = await useSession(database);
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await reader.query('SELECT raw_from FROM series');
  await database.pool.query(`UPDATE series SET raw_from = '2026-02-01Z'`);
  const fence = await takeSnapshotFence(session);
  expect(await areOldSnapshotsGone(session, fence)).toBe(false);
  const work = { ...(await useMaintenance(database)).work(NOW), session };
  expect(await dropWhenFree(work, fence, { partition, reason: 'expired' })).toBe('busy');
  const { rows } = await reader.query('SELECT count(*)::int AS count FROM readings');
  expect(rows).toEqual([{ count: 31 * 24 }]);
  await reader.query('COMMIT');
  expect(await areOldSnapshotsGone(session, fence)).toBe(true);
  expect(await dropWhenFree(work, fence, { partition, reason: 'expired' })).toBe('dropped');
});

test('what an owner has divided further, or has elsewhere, is left to the owner', async () => {
  const { database } = await usePartition();
  await database.pool.query(
    `CREATE TABLE divided PARTITION OF readings FOR VALUES FROM ('2020-01-01Z') TO ('2020-02-01Z') PARTITION BY HASH (series_id)`,
  );
  expect((await listPartitions(database.pool)).map(({ name }) => name)).toEqual(['readings_2026_01']);
});

test('partitions of any bounds are listed, and what is no month has none that could be dropped', async () => {
  const { database } = await usePartition();
  await database.pool.query(
    `CREATE TABLE "Old Ones" PARTITION OF readings FOR VALUES FROM (MINVALUE) TO ('2020-01-01Z');
     CREATE TABLE others PARTITION OF readings DEFAULT`,
  );
  const bounds = (await listPartitions(database.pool)).map(({ name, from, to }) => [name, from, to]);
  expect(bounds.toSorted((a, b) => (a[0]! < b[0]! ? -1 : 1))).toEqual([
    ['"Old Ones"', -Infinity, Infinity],
    ['others', -Infinity, Infinity],
    ['readings_2026_01', at('2026-01-01T00:00Z'), at('2026-02-01T00:00Z')],
  ]);
});
