import type { Pool, PoolClient } from 'pg';
import { expect, test } from 'vitest';
import { type History, type HistoryRequest, readHistory } from '../../../src/storage/history/read-history.ts';
import { bucketWidthNamed } from '../../../src/telemetry/bucket-width.ts';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import type { Span } from '../../../src/telemetry/spans.ts';
import { type TestDatabase, useTestDatabase } from '../../support/database.ts';
import { poll } from '../../support/poll.ts';
import { rollUp } from '../../support/rolled-up.ts';
import { type Row, seedSeries } from '../../support/series.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const FIRST = Date.UTC(2026, 10, 22) * 1000;
const DAY: Span = { from: FIRST, to: FIRST + 24 * HOUR };

interface Seeded {
  readonly database: TestDatabase;
  readonly seriesId: number;
  ask(width: string | number, asked?: Span, pool?: Pick<Pool, 'connect'>): Promise<History>;
}

/** A day of a reading a minute, rolled up until noon. */
async function useDay(rows: readonly Row[] = everyMinute()): Promise<Seeded> {
  const database = await useTestDatabase();
  const series = { station: 'outside', metric: 'temperature', unit: '°C' };
  const seriesId = await seedSeries(database.pool, series, rows);
  await rollUp(database.pool, { until: FIRST + 12 * HOUR, timeZone: 'UTC' });
  return {
    database,
    seriesId,
    ask(width, asked = DAY, pool = database.pool) {
      const wanted: HistoryRequest['width'] =
        typeof width === 'number' ? { points: width } : { every: bucketWidthNamed(width)! };
      const days = createLocalDays('UTC');
      return readHistory(pool, { seriesIds: [seriesId], asked, width: wanted, timeZone: 'UTC', days });
    },
  };
}

function everyMinute(): Row[] {
  return Array.from({ length: 1440 }, (_, minute) => ({
    measuredAt: FIRST + minute * MINUTE,
    value: minute,
  }));
}

test('what changes while a history is read is seen in whole or not at all', async () => {
  const { database, seriesId, ask } = await useDay();
  const expected = await ask('1h');
  let changed = false;
  const changing = {
    async connect() {
      const client = await database.pool.connect();
      return { query: query.bind(client), release: client.release.bind(client) } as unknown as PoolClient;
    },
  } as Pick<Pool, 'connect'>;
  /** After the second statement, which reads what there is, all of it expires. */
  let statements = 0;
  async function query(this: PoolClient, ...given: Parameters<PoolClient['query']>): Promise<unknown> {
    const answer = await (this.query(...given) as unknown as Promise<unknown>);
    statements += 1;
    if (statements === 2) {
      await database.pool.query(`UPDATE series SET raw_from = '2026-11-23Z' WHERE id = $1`, [seriesId]);
      await database.pool.query('DELETE FROM readings_2026_11');
      await database.pool.query('DELETE FROM rollups_hour');
      changed = true;
    }
    return answer;
  }
  expect(await ask('1h', DAY, changing)).toEqual(expected);
  expect(changed).toBe(true);
  const after = await ask('1h');
  expect(after.kind === 'found' && after.buckets.size).toBe(0);
});

test('many readings are not gone through for narrow buckets', async () => {
  const { database, ask } = await useDay();
  const asked = { from: FIRST, to: FIRST + 12 * HOUR };
  expect(await ask(500, asked)).toMatchObject({ kind: 'found', width: { name: '2m' } });
  await database.pool.query('UPDATE rollups_hour SET count = 50000');
  expect(await ask(500, asked)).toMatchObject({ kind: 'found', width: { name: '1h' } });
  expect(await ask('1m', asked)).toMatchObject({ kind: 'found', width: { name: '1m' } });
  await database.pool.query('UPDATE rollups_hour SET count = 200000');
  expect(await ask('1m', asked)).toEqual({
    kind: 'too-many-readings',
    limit: 2_000_000,
    wouldDo: bucketWidthNamed('1h'),
  });
  expect(await ask('1h', asked)).toMatchObject({ kind: 'found' });
});

test('values that can not be added up have no mean, rolled up or not, and their extremes all the same', async () => {
  const { seriesId, ask } = await useDay(
    [1e300, -1e300, 1e300].flatMap((value, index) => [
      { measuredAt: FIRST + index * MINUTE, value },
      { measuredAt: FIRST + 13 * HOUR + index * MINUTE, value },
    ]),
  );
  for (const every of ['1m', '1h', '1d']) {
    const history = await ask(every);
    const buckets = history.kind === 'found' ? history.buckets.get(seriesId)! : [];
    expect(new Set(buckets.map(({ avg }) => avg))).toEqual(new Set([null]));
    expect([
      Math.min(...buckets.map(({ min }) => min!)),
      Math.max(...buckets.map(({ max }) => max!)),
    ]).toEqual([-1e300, 1e300]);
  }
});

test('a connection on which something failed is not used again', async () => {
  const { database, ask } = await useDay();
  await database.pool.query('ALTER TABLE rollups_hour RENAME TO elsewhere');
  await expect(ask('1h')).rejects.toThrow('rollups_hour');
  await database.pool.query('ALTER TABLE elsewhere RENAME TO rollups_hour');
  expect(await ask('1h')).toMatchObject({ kind: 'found' });
  // The end of a transaction that only reads is not waited for.
  await poll(() => database.pool.idleCount === database.pool.totalCount);
});
