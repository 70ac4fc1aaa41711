import fc from 'fast-check';
import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createLocalDays } from '../../../src/telemetry/local-days.ts';
import type { Micros } from '../../../src/telemetry/reading.ts';
import { useTestDatabase } from '../../support/database.ts';
import {
  type Change,
  createOwners,
  type Event,
  expire,
  histories,
  HOUR,
  METRICS,
  SERIES,
} from '../../support/rollup-histories.ts';
import { createRunner, type Runner, wrongRollups } from '../../support/rollups.ts';
import { makePartitions } from '../../support/series.ts';

const DAYS = 12;
const RUNS = Number(process.env['ROLLUP_HISTORIES'] ?? 4);

/** Where days begin, and around when clocks are changed there. */
const ZONES = [
  { timeZone: 'Europe/Berlin', from: '2026-03-25T00:00:00Z' },
  { timeZone: 'America/New_York', from: '2026-10-27T00:00:00Z' },
  { timeZone: 'America/Havana', from: '2026-10-27T00:00:00Z' },
  { timeZone: 'Asia/Kolkata', from: '2026-01-26T00:00:00Z' },
  { timeZone: 'Australia/Lord_Howe', from: '2026-03-30T00:00:00Z' },
  { timeZone: 'Australia/Lord_Howe', from: '2026-09-28T00:00:00Z' },
];

test.each(ZONES)(
  'whatever happens to readings, roll-ups that may be used are what they come to: $timeZone from $from',
  async ({ timeZone, from }) => {
    const { connection } = await useTestDatabase();
    const pool = new Pool({ ...connection, max: 12 });
    // Dropping the database ends connections by force, also those that are just closing.
    pool.on('error', () => {});
    onTestFinished(() => pool.end());
    const start = Date.parse(from) * 1000;
    await prepare(pool, start);
    await fc.assert(
      fc.asyncProperty(histories(DAYS), async (events) => {
        await empty(pool);
        await live(pool, start, timeZone, events);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  },
);

async function prepare(pool: Pool, start: Micros): Promise<void> {
  await pool.query(`
    INSERT INTO stations (station) SELECT 's' || n FROM generate_series(1, ${SERIES.length}) AS n;
    INSERT INTO series (station_id, metric) SELECT id, ('{${METRICS.join()}}'::text[])[id] FROM stations;
    CREATE TABLE frozen_hour (LIKE rollups_hour INCLUDING ALL);
    CREATE TABLE frozen_day (LIKE rollups_day INCLUDING ALL)`);
  await makePartitions(
    pool,
    [-40, 0, DAYS, 40].map((day) => ({ measuredAt: start + day * 24 * HOUR })),
  );
}

async function empty(pool: Pool): Promise<void> {
  await pool.query(`
    DELETE FROM readings; DELETE FROM rollups_hour; DELETE FROM rollups_day; DELETE FROM rollup_marks;
    DELETE FROM frozen_hour; DELETE FROM frozen_day; UPDATE series SET raw_from = '-infinity', unit = NULL, kind = NULL;
    UPDATE rollup_state SET closed_until = '-infinity', rolled_until = '-infinity', time_zone = NULL, fence = NULL, fenced_until = NULL`);
}

async function live(pool: Pool, start: Micros, firstZone: string, events: readonly Event[]): Promise<void> {
  let now = start + 5 * 24 * HOUR;
  let timeZone = firstZone;
  const owners = await createOwners(pool, start);
  let runners = startNodes(timeZone);
  function startNodes(zone: string): readonly Runner[] {
    return [1, 2, 3].map(() => createRunner(pool, { now: () => now, timeZone: zone }));
  }
  async function applyAll(some: readonly Change[]): Promise<void> {
    for (const event of some) await owners.apply(event, now);
  }
  async function work(event: Event): Promise<void> {
    const [runner] = runners as [Runner];
    switch (event.kind) {
      case 'change':
        return owners.apply(event.change, now);
      case 'pass':
        now += event.hours * HOUR;
        return;
      case 'run':
        await Promise.all([
          ...runners.slice(0, event.workers).map((each) => each.run()),
          applyAll(event.meanwhile),
        ]);
        return;
      case 'break':
        runner.breakAt(event.statement, event.isHeard);
        await runner.run().catch(() => undefined);
        return;
      case 'rezone':
        timeZone = ZONES[event.zone % ZONES.length]!.timeZone;
        await pool.query('DELETE FROM frozen_day');
        runners = startNodes(timeZone);
        return;
      case 'rebuild':
        if (owners.isIdle()) await runner.rebuild();
        return;
      case 'reunit':
        await pool.query(`UPDATE series SET unit = CASE WHEN unit IS NULL THEN '°C' END WHERE id = $1`, [
          event.series,
        ]);
        return;
      case 'expire':
        if (!owners.isIdle()) return;
        await runner.settle();
        await expire(pool, event.series, startOfDay(timeZone, start + event.days * 24 * HOUR));
        return;
    }
  }
  try {
    for (const event of events) {
      await work(event);
      expect(await problems(pool)).toEqual([]);
    }
  } finally {
    await owners.close();
  }
  now += 30 * HOUR;
  await runners[0]!.settle();
  expect(await problems(pool)).toEqual([]);
  expect((await pool.query('SELECT FROM rollup_marks')).rowCount).toBe(0);
  const { rows } = await pool.query<{ rolled_until: Date }>('SELECT rolled_until FROM rollup_state');
  expect(rows[0]!.rolled_until.getTime()).toBeGreaterThan(now / 1000 - 2 * 3_600_000);
}

/** On an hour of UTC, as retention has it. */
function startOfDay(timeZone: string, time: Micros): Micros {
  return Math.floor(createLocalDays(timeZone).at(time).start / HOUR) * HOUR;
}

/** A day whose readings have expired is another one only when its hours have come to more. */
const THAWED = ['hour', 'day'].map(
  (kind) => `
    SELECT 'frozen ${kind}' AS what, frozen, actual FROM frozen_${kind} AS frozen
    LEFT JOIN rollups_${kind} AS actual USING (series_id, bucket) WHERE (frozen.*) IS DISTINCT FROM (actual.*)
      AND NOT ('${kind}' = 'day' AND coalesce(actual.count > frozen.count, false))`,
);

async function problems(pool: Pool): Promise<readonly object[]> {
  const thawed = await Promise.all(THAWED.map((query) => pool.query<object>(query)));
  return [...(await wrongRollups(pool)), ...thawed.flatMap(({ rows }) => rows)];
}
