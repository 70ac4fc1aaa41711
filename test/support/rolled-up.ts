import type { Pool } from 'pg';
import type { Micros } from '../../src/telemetry/reading.ts';
import { createRunner } from './rollups.ts';

/** The worker waits for so long after the end of an hour, at the least. */
const LATER: Micros = 5 * 60_000_000;

/**
 * What the worker does until everything up to an hour of UTC is rolled up, and nothing marked; from then on readings for an
 * earlier time are marked.
 */
export async function rollUp(
  pool: Pool,
  { until, timeZone }: { readonly until: Micros; readonly timeZone: string },
): Promise<void> {
  await createRunner(pool, { now: () => until + LATER, timeZone }).settle();
}

/** As before the first reading, and before the worker was ever at work. */
export async function forgetReadings(pool: Pool): Promise<void> {
  for (const table of ['readings', 'rollups_hour', 'rollups_day', 'rollup_marks', 'rollup_state']) {
    await pool.query(`DELETE FROM ${table}`);
  }
  await pool.query(`INSERT INTO rollup_state (closed_until, rolled_until) VALUES ('-infinity', '-infinity')`);
}
