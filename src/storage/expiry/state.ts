import { formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';

/** How expiry gets on, whichever of the nodes is at it. */
export interface ExpiryReport {
  /** When the last run came to its end, and how long it took; `undefined` before the first. */
  readonly ranAt: Micros | undefined;
  readonly runMs: number | undefined;
  /** Months that are to be dropped, and that somebody was at work on. */
  readonly monthsWaiting: number;
  /** Since when there is more to do than is done at a time; `undefined` when all was done. */
  readonly unfinishedSince: Micros | undefined;
  /** `undefined` while the clock is to be trusted. */
  readonly held: Held | undefined;
}

/** The clock is so far from where it was that nothing expires by it. */
export interface Held {
  /** What it said when that was seen. */
  readonly now: Micros;
  /** What it had said at the last run before. */
  readonly before: Micros;
}

/** How far the clock may be from the last run, backwards too; a service may be off for so long, and go on by itself. */
export const MOST_DAYS_OFF = 14;

const micros = (column: string): string => `(extract(epoch FROM ${column}) * 1000000)::float8`;

const CHECK = `
  UPDATE expiry_state SET
    looked_at = CASE WHEN is_right THEN checked.now ELSE looked_at END,
    held_at = CASE WHEN is_right THEN NULL ELSE coalesce(held_at, checked.now) END
  FROM (
    SELECT now, looked_at AS before,
      $2 OR now BETWEEN looked_at - interval '${MOST_DAYS_OFF} days' AND looked_at + interval '${MOST_DAYS_OFF} days' AS is_right
    FROM expiry_state, coalesce($1::timestamptz, clock_timestamp()) AS now
  ) AS checked
  RETURNING ${micros('checked.now')} AS now, ${micros('before')} AS before, NOT is_right AS "isHeld"`;

/**
 * Looks whether the clock can be right, and notes what it says if so: one that was set years ahead would have everything
 * expire. It is the database's, which all nodes share.
 * @param isHarmless whether nothing can expire
 * @param now for tests; by default the database's clock
 * @throws what the database reports
 */
export async function checkClock(
  database: Queryable,
  isHarmless: boolean,
  now?: Micros,
): Promise<Held & { readonly isHeld: boolean }> {
  const { rows } = await database.query<Held & { isHeld: boolean }>({
    text: CHECK,
    values: [now === undefined ? null : formatMicros(now), isHarmless],
  });
  return rows[0]!;
}

/** Says that the database's clock is right. @returns what it says @throws what the database reports */
export async function trustClock(database: Queryable): Promise<Micros> {
  const { rows } = await database.query<{ now: Micros }>({
    text: `UPDATE expiry_state SET looked_at = clock_timestamp(), held_at = NULL RETURNING ${micros('looked_at')} AS now`,
  });
  return rows[0]!.now;
}

/** What the database's clock says. @throws what the database reports */
export async function readClock(database: Queryable): Promise<Micros> {
  const { rows } = await database.query<{ now: Micros }>({
    text: `SELECT ${micros('clock_timestamp()')} AS now`,
  });
  return rows[0]!.now;
}

/** Notes that there is more to do. @throws what the database reports */
export async function noteUnfinished(database: Queryable): Promise<void> {
  await database.query({
    text: 'UPDATE expiry_state SET unfinished_since = clock_timestamp() WHERE unfinished_since IS NULL',
  });
}

/** Notes that all was done that can be. @throws what the database reports */
export async function noteExpiryRun(
  database: Queryable,
  runMs: number,
  monthsWaiting: number,
): Promise<void> {
  await database.query({
    text: `UPDATE expiry_state SET ran_at = clock_timestamp(), run_ms = $1, months_waiting = $2, unfinished_since = NULL`,
    values: [runMs, monthsWaiting],
  });
}

interface Row {
  readonly ranAt: Micros | null;
  readonly runMs: number | null;
  readonly monthsWaiting: number;
  readonly unfinishedSince: Micros | null;
  readonly heldAt: Micros | null;
  readonly lookedAt: Micros;
}

/** @throws what the database reports */
export async function readExpiryReport(database: Queryable): Promise<ExpiryReport> {
  const { rows } = await database.query<Row & object>({
    text: `
      SELECT ${micros('ran_at')} AS "ranAt", run_ms AS "runMs", months_waiting AS "monthsWaiting",
        ${micros('unfinished_since')} AS "unfinishedSince", ${micros('held_at')} AS "heldAt", ${micros('looked_at')} AS "lookedAt"
      FROM expiry_state`,
  });
  const { ranAt, runMs, monthsWaiting, unfinishedSince, heldAt, lookedAt } = rows[0]!;
  return {
    ranAt: ranAt ?? undefined,
    runMs: runMs ?? undefined,
    monthsWaiting,
    unfinishedSince: unfinishedSince ?? undefined,
    held: heldAt === null ? undefined : { now: heldAt, before: lookedAt },
  };
}
