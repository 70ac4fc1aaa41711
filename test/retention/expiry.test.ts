import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createExpiry, type Expiry, type ExpiryOptions } from '../../src/retention/expiry.ts';
import { formatMicros } from '../../src/telemetry/format-time.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { at, hourly } from '../support/hourly.ts';
import { setRetentionPolicy } from '../../src/storage/expiry/policies.ts';
import { readExpiryReport, trustClock } from '../../src/storage/expiry/state.ts';
import { duration, useMaintenance } from '../support/retention.ts';
import { seedSeries } from '../support/series.ts';

const NOW = at('2026-06-15T10:20Z');
const OUTSIDE = { station: 'outside', metric: 'temperature', unit: '°C' };

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly readings?: number;
}

interface TestExpiry {
  readonly database: TestDatabase;
  readonly expiry: Expiry;
  /** One run of the worker's, after its roll-ups. */
  run(isWaiting?: boolean): Promise<boolean>;
  /** What was logged, at `info` and above. */
  readonly lines: readonly Line[];
  /** Whether the worker can go on with its session. */
  canGoOn(): Promise<boolean>;
}

async function useExpiry(options: Partial<ExpiryOptions> = {}): Promise<TestExpiry> {
  const database = await useTestDatabase();
  await seedSeries(database.pool, OUTSIDE, hourly('2026-03-01T00:00Z', '2026-06-15T10:00Z'));
  const maintenance = await useMaintenance(database);
  await maintenance.roll(NOW);
  await lookedAt(database, NOW);
  const lines: Line[] = [];
  const expiry = createExpiry({
    times: { raw: duration('60d'), rollups: 'forever', rejected: 'forever' },
    maxDatabaseBytes: undefined,
    log: pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line) as Line) }),
    now: () => NOW,
    ...options,
    timings: { everyMs: 0, ...options.timings },
  });
  const work = maintenance.work(NOW);
  return {
    database,
    expiry,
    lines,
    run: (isWaiting = false) => expiry.run({ ...work, isWaiting }),
    canGoOn: async () => (await work.session.query({ text: 'SELECT 1' })).rowCount === 1,
  };
}

/** When the last run was, by the clock of then. */
async function lookedAt({ pool }: TestDatabase, time: Micros): Promise<void> {
  await pool.query('UPDATE expiry_state SET looked_at = $1', [formatMicros(time)]);
}

async function readingCount({ pool }: TestDatabase): Promise<number> {
  return (await pool.query('SELECT FROM readings')).rowCount!;
}

test('what is due goes, is counted, and is told in a line', async () => {
  const { database, expiry, lines, run } = await useExpiry();
  expect(await run()).toBe(false);
  expect(await readingCount(database)).toBe(hourly('2026-04-16T00:00Z', '2026-06-15T10:00Z').length);
  expect(expiry.counters).toMatchObject({
    readings_expired: 15 * 24,
    partitions_dropped: 1,
    expiry_runs_failed: 0,
  });
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [30, 'all readings of a month have expired, and it was dropped'],
    [30, 'what was kept long enough has gone'],
  ]);
  expect(lines[1]!.readings).toBe(15 * 24);
  expect(await run()).toBe(false);
  expect(lines).toHaveLength(2);
  expect((await database.pool.query('SELECT FROM database_sizes')).rowCount).toBe(1);
});

test('once all has gone it rests for a while', async () => {
  const { database, expiry, run } = await useExpiry({ timings: { everyMs: 3_600_000 } });
  await run();
  await database.pool.query('DROP TABLE retention_policies');
  expect(await run()).toBe(false);
  expect(expiry.counters.expiry_runs_failed).toBe(0);
});

test('while roll-ups wait it looks again soon', async () => {
  const { database, expiry, run } = await useExpiry({ timings: { everyMs: 3_600_000, waitingMs: 0 } });
  await run(true);
  await database.pool.query('DROP TABLE retention_policies');
  await run();
  expect(expiry.counters.expiry_runs_failed).toBe(1);
});

test('when its time is over it says that there is more, and goes on the next time', async () => {
  const { database, expiry, run } = await useExpiry({ timings: { everyMs: 3_600_000, atATimeMs: -1 } });
  const all = await readingCount(database);
  expect(await run()).toBe(true);
  expect(await run()).toBe(true);
  expect(await readingCount(database)).toBe(all);
  expect(expiry.counters).toMatchObject({ readings_expired: 0, expiry_runs_failed: 0 });
  const { unfinishedSince, ranAt } = await readExpiryReport(database.pool);
  expect([unfinishedSince, ranAt]).toEqual([expect.any(Number), undefined]);
});

test('a failure is told once, and leaves the session to roll-ups', async () => {
  const { database, expiry, lines, run, canGoOn } = await useExpiry();
  await database.pool.query('ALTER TABLE dropped_partitions RENAME TO elsewhere');
  expect(await run()).toBe(false);
  expect(await canGoOn()).toBe(true);
  expect(await run()).toBe(false);
  expect(expiry.counters.expiry_runs_failed).toBe(2);
  expect(lines).toEqual([
    expect.objectContaining({
      level: 40,
      msg: 'what was kept long enough could not go; it is tried again',
      reason: expect.stringContaining('dropped_partitions'),
    }),
  ]);
  await database.pool.query('ALTER TABLE elsewhere RENAME TO dropped_partitions');
  expect(await run()).toBe(false);
  expect(expiry.counters.partitions_dropped).toBe(1);
});

test('a database that stays too large is told once, and what went for it', async () => {
  const { database, lines, run } = await useExpiry({
    times: { raw: 'forever', rollups: 'forever', rejected: 'forever' },
    maxDatabaseBytes: 1,
  });
  // Of several months none would go for a size that is out of reach.
  await database.pool.query('DROP TABLE readings_2026_03');
  expect(await run()).toBe(false);
  expect(await run()).toBe(false);
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, expect.stringContaining('the oldest month of readings was dropped')],
    [40, expect.stringContaining('nothing is left that may go')],
  ]);
});

test('a size that is out of reach is told once, and nothing goes for it', async () => {
  const { database, lines, run } = await useExpiry({
    times: { raw: 'forever', rollups: 'forever', rejected: 'forever' },
    maxDatabaseBytes: 1,
  });
  const all = await readingCount(database);
  await run();
  await run();
  expect(await readingCount(database)).toBe(all);
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, expect.stringContaining('none was dropped')],
  ]);
});

const DAY = 86_400_000_000;
const IN_2099 = at('2099-01-01T00:00Z');

test.each([
  ['years ahead', IN_2099],
  ['more than 14 days ahead', NOW + 14 * DAY + 1],
  ['years back', at('1970-01-02T00:00Z')],
])('by a clock that is %s from the last run nothing goes, until it is mended', async (_, wrong) => {
  let now = wrong;
  const { database, lines, run, expiry } = await useExpiry({ now: () => now, maxDatabaseBytes: 1 });
  const all = await readingCount(database);
  expect(await run()).toBe(false);
  expect(await run()).toBe(false);
  expect(await readingCount(database)).toBe(all);
  expect(lines).toEqual([
    expect.objectContaining({ level: 40, msg: expect.stringContaining('retention resume') }),
  ]);
  expect(await readExpiryReport(database.pool)).toMatchObject({
    held: { now: wrong, before: NOW },
    ranAt: undefined,
  });
  now = NOW + 60_000_000;
  await run();
  expect(expiry.counters.readings_expired).toBe(15 * 24);
  expect((await readExpiryReport(database.pool)).held).toBeUndefined();
  expect(lines.map(({ msg }) => msg)).toContain('the clock is trusted again, and expiry goes on');
});

test('a clock that somebody says is right is trusted', async () => {
  let now = at('2020-01-01T00:00Z');
  const { database, run, expiry } = await useExpiry({ now: () => now });
  await run();
  expect((await readExpiryReport(database.pool)).held).toBeDefined();
  now = await trustClock(database.pool);
  expect(Math.abs(now / 1000 - Date.now())).toBeLessThan(60_000);
  expect((await readExpiryReport(database.pool)).held).toBeUndefined();
  await run();
  expect(expiry.counters.partitions_dropped).toBeGreaterThan(0);
});

test('after a service was off for 14 days it goes on by itself', async () => {
  const { database, run, expiry } = await useExpiry({ now: () => NOW });
  await lookedAt(database, NOW - 14 * DAY);
  await run();
  expect(expiry.counters.partitions_dropped).toBe(1);
});

test('while nothing is to expire any clock does, and one policy is enough for it to be looked at', async () => {
  let now = IN_2099;
  const { database, lines, run } = await useExpiry({
    now: () => now,
    times: { raw: 'forever', rollups: 'forever', rejected: 'forever' },
  });
  await run();
  expect(lines).toEqual([]);
  expect((await readExpiryReport(database.pool)).held).toBeUndefined();
  now = NOW;
  const policy = { station: 'outside', metric: null, raw: duration('60d'), rollups: null };
  await setRetentionPolicy(database.pool, policy);
  await run();
  expect((await readExpiryReport(database.pool)).held).toEqual({ now: NOW, before: IN_2099 });
});

test('a run is noted with how long it took, and whether there is more to do or somebody was in its way', async () => {
  const { database, run } = await useExpiry();
  const reader = await database.pool.connect();
  await reader.query('BEGIN; SELECT FROM readings LIMIT 1');
  await run();
  const report = await readExpiryReport(database.pool);
  expect(report).toMatchObject({ monthsWaiting: 1, unfinishedSince: undefined });
  expect(report.runMs).toBeGreaterThan(0);
  expect(Math.abs(report.ranAt! / 1000 - Date.now())).toBeLessThan(60_000);
  await reader.query('COMMIT');
  reader.release();
  await run();
  expect(await readExpiryReport(database.pool)).toMatchObject({ monthsWaiting: 0 });
});
