import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';

// Numbers of another server, of which this database is a copy, say nothing here: they are above all that it has given.
const PASSED = `
  SELECT (extract(epoch FROM max(fenced_until)) * 1000000)::float8 AS until,
    coalesce(bool_and(pg_snapshot_xmin(now) >= fence), false) AS "isPassed"
  FROM rollup_state, pg_current_snapshot() AS now WHERE fence < pg_snapshot_xmax(now)`;

/** Who may have seen an older `closed_until` is under way until it is passed. */
export interface Fence {
  /** Nobody stores a reading for a time before without a mark, once it is passed. */
  readonly until: Micros;
  readonly isPassed: boolean;
}

/**
 * To be called after the commit that has closed hours. Whoever stores a reading, and has seen an older time, had his number already when he
 * looked, which is less than that of a transaction that begins now. (`pg_snapshot_xmax` would not do: it is one more
 * than the last number that has ended, and greater ones may be under way.)
 * @throws what the database reports
 */
export async function setFence(database: Queryable, until: Micros): Promise<void> {
  await database.query({
    text: 'UPDATE rollup_state SET fence = pg_current_xact_id(), fenced_until = $1 WHERE closed_until = $1',
    values: [formatMicros(until)],
  });
}

/** @returns `undefined`: none is set. @throws what the database reports */
export async function readFence(database: Queryable): Promise<Fence | undefined> {
  const { rows } = await database.query<{ until: Micros | null; isPassed: boolean }>({ text: PASSED });
  const { until, isPassed } = rows[0]!;
  return until === null ? undefined : { until, isPassed };
}

/** Who has kept others waiting the longest. */
export interface OpenTransaction {
  readonly pid: number;
  readonly program: string | null;
  readonly since: Date | null;
}

/** The oldest transaction that has changed something and has not ended. @throws what the database reports */
export async function oldestTransaction(database: Queryable): Promise<OpenTransaction | undefined> {
  const { rows } = await database.query<OpenTransaction & object>({
    text: `SELECT pid, application_name AS program, xact_start AS since FROM pg_stat_activity
      WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid() ORDER BY age(backend_xid) DESC LIMIT 1`,
  });
  return rows[0];
}
