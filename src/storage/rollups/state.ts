import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';

export interface RollupState {
  /** `-Infinity` before the first run, as `rolledUntil`. */
  readonly closedUntil: Micros;
  readonly rolledUntil: Micros;
  /** That of the days; `null` while there are none that can be used. */
  readonly timeZone: string | null;
}

/**
 * An hour is closed this long after its end: readings come a moment after they were measured, and those that come to a closed
 * hour have to be marked.
 */
const GRACE = `interval '2 minutes'`;
const COLUMNS = `
  (extract(epoch FROM closed_until) * 1000000)::float8 AS "closedUntil",
  (extract(epoch FROM rolled_until) * 1000000)::float8 AS "rolledUntil", time_zone AS "timeZone"`;
/** The end of the last hour that should be closed; $1 is the time, or null for the database's. */
export const DUE = `date_bin('1 hour', coalesce($1::timestamptz, now()) - ${GRACE}, '2000-01-01Z')`;
// Backwards, too: of a clock that was wrong nothing is to remain but hours that are made again. Then there are those again who see
// the lesser time, and a fence from before does not keep them out; and what was known of these hours is not what it will be.
const CLOSE = `
  WITH clock AS (
    SELECT ${DUE} AS due, closed_until > ${DUE} AS is_back FROM rollup_state
  ), closed AS (
    UPDATE rollup_state SET closed_until = due, rolled_until = least(rolled_until, due),
      fence = CASE WHEN NOT is_back THEN fence END, fenced_until = CASE WHEN NOT is_back THEN fenced_until END
    FROM clock WHERE closed_until <> due
  )
  UPDATE series SET rollup_version = rollup_version + 1 WHERE (SELECT is_back FROM clock)`;

/** @throws what the database reports */
export async function readRollupState(database: Queryable): Promise<RollupState> {
  const { rows } = await database.query<RollupState & object>({
    text: `SELECT ${COLUMNS} FROM rollup_state`,
  });
  return rows[0]!;
}

/**
 * Closes the hours that have ended: whoever stores a reading for one of them from now on marks it.
 * @param now by default the database's clock, which all nodes share
 * @throws what the database reports
 */
export async function closeHours(database: Queryable, now?: Micros): Promise<void> {
  await database.query({ text: CLOSE, values: [now === undefined ? null : formatMicros(now)] });
}

/**
 * Says that everything before `to` is rolled up.
 * @throws when it was not rolled up to `from`; what the database reports
 */
export async function advanceRolledUntil(database: Queryable, from: Micros, to: Micros): Promise<void> {
  const { rowCount } = await database.query({
    text: 'UPDATE rollup_state SET rolled_until = $2 WHERE rolled_until = $1',
    values: [from === Number.NEGATIVE_INFINITY ? '-infinity' : formatMicros(from), formatMicros(to)],
  });
  if (rowCount !== 1) throw new Error('somebody else has changed how far readings are rolled up');
}

/** @param timeZone `null`: there are no days that can be used. @throws what the database reports */
export async function setTimeZone(database: Queryable, timeZone: string | null): Promise<void> {
  await database.query({ text: 'UPDATE rollup_state SET time_zone = $1', values: [timeZone] });
}

/**
 * Notes what the last run came to; of those that had nothing to do, one in a few minutes, as each leaves a dead row in what is read with
 * every batch of readings.
 * @throws what the database reports
 */
export async function noteRun(database: Queryable, runMs: number, hours: number): Promise<void> {
  await database.query({
    text: `UPDATE rollup_state SET ran_at = now(), run_ms = $1, run_hours = $2
      WHERE $2 > 0 OR coalesce(ran_at < now() - interval '5 minutes', true)`,
    values: [runMs, hours],
  });
}
