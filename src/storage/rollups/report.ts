import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import { DUE } from './state.ts';

/** How far roll-ups are, whoever of all nodes makes them. */
export interface RollupReport {
  /** Everything before is rolled up, but for what the marks speak of; `-Infinity` before the first run. */
  readonly rolledUntil: Micros;
  /** How much more could be, in hours; 0 before the first run, which says how much there is. */
  readonly hoursBehind: number;
  /** Counted up to {@link MOST_COUNTED}. */
  readonly marks: number;
  /** When the last run ended, and how long it took. */
  readonly ranAt: Micros | undefined;
  readonly runMs: number | undefined;
}

/** To count is to read all of them. */
export const MOST_COUNTED = 100_000;

const REPORT = `
  SELECT (extract(epoch FROM rolled_until) * 1000000)::float8 AS "rolledUntil",
    CASE WHEN isfinite(rolled_until)
      THEN greatest(extract(epoch FROM ${DUE} - rolled_until) / 3600, 0)::float8 ELSE 0 END AS "hoursBehind",
    (SELECT count(*) FROM (SELECT FROM rollup_marks LIMIT ${MOST_COUNTED}) AS mark)::int AS marks,
    (extract(epoch FROM ran_at) * 1000000)::float8 AS "ranAt", run_ms AS "runMs"
  FROM rollup_state`;

/** @throws what the database reports */
export async function readRollupReport(database: Queryable): Promise<RollupReport> {
  const { rows } = await database.query<Row & object>({ text: REPORT, values: [null] });
  const { ranAt, runMs, ...rest } = rows[0]!;
  return { ...rest, ranAt: ranAt ?? undefined, runMs: runMs ?? undefined };
}

type Row = Omit<RollupReport, 'ranAt' | 'runMs'> & {
  readonly ranAt: number | null;
  readonly runMs: number | null;
};
