import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removeRetentionPolicy, setRetentionPolicy } from '../../src/storage/expiry/policies.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import type { Retention, RetentionPolicy } from '../../src/telemetry/retention-policy.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type Buckets, createExpiryModel, type ExpiryModel, summary } from '../support/expiry-model.ts';
import { createMaintenance, duration, type TestMaintenance } from '../support/retention.ts';
import { insertRows, makePartitions, seedSeries } from '../support/series.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.parse('2025-07-20T10:23Z') * 1000;

/** What a test does, in turn. */
type Step =
  | {
      readonly kind: 'store';
      readonly series: number;
      readonly daysAgo: number;
      readonly hours: readonly number[];
    }
  | { readonly kind: 'wait'; readonly days: number }
  | { readonly kind: 'policy'; readonly policy: RetentionPolicy }
  | { readonly kind: 'expire' };

const SERIES = [
  { station: 'outside', metric: 'temperature', unit: '°C' },
  { station: 'outside', metric: 'rssi', unit: 'dBm' },
  { station: 'shed', metric: 'temperature', unit: '°C' },
];

const anyTime = fc.constantFrom(...['1d', '10d', '5w', '2mo', '1y', 'forever'].map(duration));
const store = fc.record({
  kind: fc.constant('store' as const),
  series: fc.nat(SERIES.length - 1),
  daysAgo: fc.oneof(fc.nat(2), fc.nat(200)),
  hours: fc.array(fc.nat(60), { minLength: 1, maxLength: 12 }),
});
const wait = fc.record({ kind: fc.constant('wait' as const), days: fc.oneof(fc.nat(2), fc.nat(70)) });
const policy = fc.record({
  station: fc.constantFrom(null, 'outside', 'shed'),
  metric: fc.constantFrom(null, 'temperature'),
  raw: fc.option(anyTime),
  rollups: fc.option(anyTime),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: store },
  { weight: 3, arbitrary: wait },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), policy }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'expire' as const }) },
);

async function readRollups(
  { pool }: TestDatabase,
  table: string,
  bucket: string,
): Promise<Record<string, object>> {
  const { rows } = await pool.query<{ key: string } & object>(
    `SELECT (series_id - 1) || ' ' || ${bucket} AS key, count::int, sum, min, max, first, last FROM ${table}`,
  );
  return Object.fromEntries(rows.map(({ key, ...rest }) => [key, rest]));
}

function summaries(buckets: Buckets): Record<string, object> {
  return Object.fromEntries([...buckets].map(([key, readings]) => [key, summary(readings)]));
}

async function contents(database: TestDatabase, timeZone: string): Promise<object> {
  const { rows } = await database.pool.query<{ key: string }>(
    `SELECT (series_id - 1) || ' ' || (extract(epoch FROM measured_at) * 1000000)::bigint || ' ' || value AS key FROM readings`,
  );
  return {
    readings: rows.map(({ key }) => key).toSorted(),
    hours: await readRollups(database, 'rollups_hour', '(extract(epoch FROM bucket) * 1000000)::bigint'),
    days: await readRollups(
      database,
      'rollups_day',
      `to_char(bucket AT TIME ZONE '${timeZone}', 'YYYY-MM-DD')`,
    ),
  };
}

function expectedContents({ readings, hours, days }: ExpiryModel): object {
  return {
    readings: readings.map(({ series, measuredAt, value }) => `${series} ${measuredAt} ${value}`).toSorted(),
    hours: summaries(hours),
    days: summaries(days),
  };
}

interface Setting {
  readonly database: TestDatabase;
  readonly maintenance: TestMaintenance;
  readonly timeZone: string;
}

/** @returns what there is after each expiry, and what there should be */
async function runHistory(
  steps: readonly Step[],
  settings: Retention,
  { database, maintenance, timeZone }: Setting,
): Promise<readonly [actual: object, expected: object][]> {
  const { pool } = database;
  const model = createExpiryModel(SERIES, timeZone);
  const policies = new Map<string, RetentionPolicy>();
  const seen: [object, object][] = [];
  let now = START;
  let stored = 0;
  for (const series of SERIES) await seedSeries(pool, series, []);
  await maintenance.roll(now);
  for (const one of [...steps, { kind: 'expire' as const }]) {
    if (one.kind === 'wait') now += one.days * DAY;
    if (one.kind === 'policy') await setPolicy(database, policies, one.policy);
    if (one.kind === 'store') {
      // The newest are of a day that has ended.
      const from = Math.floor(now / HOUR) * HOUR - 94 * HOUR - one.daysAgo * DAY;
      const rows = one.hours.map((hour) => ({
        measuredAt: from + hour * HOUR + 7 * MINUTE,
        value: (stored += 1) % 5,
      }));
      await makePartitions(pool, rows);
      await insertRows(pool, one.series + 1, rows);
      model.store(rows.map((row) => ({ ...row, series: one.series })));
    }
    if (one.kind === 'store' || one.kind === 'expire') await maintenance.roll(now);
    if (one.kind === 'expire') {
      await maintenance.expire(now, settings);
      const rawFrom = await readRawFrom(database);
      const faults = model.expire(now, { settings, policies: [...policies.values()] }, rawFrom);
      seen.push([
        { ...(await contents(database, timeZone)), faults },
        { ...expectedContents(model), faults: [] },
      ]);
    }
  }
  return seen;
}

async function setPolicy(
  { pool }: TestDatabase,
  known: Map<string, RetentionPolicy>,
  added: RetentionPolicy,
): Promise<void> {
  const { station, metric, raw, rollups } = added;
  if (raw === null && rollups === null) return;
  const key = `${station} ${metric}`;
  if (known.has(key)) await removeRetentionPolicy(pool, station, metric);
  await setRetentionPolicy(pool, added);
  known.set(key, added);
}

async function readRawFrom({ pool }: TestDatabase): Promise<readonly Micros[]> {
  const { rows } = await pool.query<{ from: Micros }>(
    'SELECT (extract(epoch FROM raw_from) * 1000000)::float8 AS from FROM series ORDER BY id',
  );
  return rows.map(({ from }) => from);
}

test.each(['UTC', 'America/New_York'])(
  'after any history, readings are those that are not due, and roll-ups what all came to; days of %s',
  async (timeZone) => {
    const steps = fc.array(step, { minLength: 5, maxLength: 25 });
    const settings = fc.record({ raw: anyTime, rollups: anyTime });
    const holds = fc.asyncProperty(steps, settings, async (some, times) => {
      const database = await createTestDatabase();
      const maintenance = await createMaintenance(database, timeZone);
      try {
        const seen = await runHistory(some, times, { database, maintenance, timeZone });
        for (const [actual, expected] of seen) expect(actual).toEqual(expected);
      } finally {
        await maintenance.close();
        await database.drop();
      }
    });
    // Without looking for the shortest history, which would take an hour.
    await fc.assert(holds, { numRuns: Number(process.env['EXPIRY_HISTORIES'] ?? 10), endOnFailure: true });
  },
  300_000,
);
