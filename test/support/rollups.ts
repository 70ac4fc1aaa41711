import type { Pool, PoolClient, QueryConfig } from 'pg';
import { withMaintenanceLock } from '../../src/storage/maintenance-lock.ts';
import { rebuildRollups } from '../../src/storage/rollups/rebuild.ts';
import { type Ran, runRollups, type Zone } from '../../src/storage/rollups/run.ts';
import { createPace, type Done, newDone, type Pace, prepareSession } from '../../src/storage/rollups/work.ts';
import type { Micros } from '../../src/telemetry/reading.ts';

/** What runs the worker's work in a test, without its clock. */
export interface Runner {
  /** One run; `undefined`: another had the lock. */
  run(): Promise<(Ran & Done) | undefined>;
  /** Runs until nothing waits, and it was not another that ran. */
  settle(): Promise<Done>;
  rebuild(): Promise<Done>;
  /** The session breaks at the statement of this number, of which the database may not have heard yet. */
  breakAt(statement: number, isHeard: boolean): void;
}

export interface RunnerOptions {
  readonly now: () => Micros;
  readonly timeZone: string;
  readonly pace?: Pace;
  readonly onProgress?: () => void;
}

export function createRunner(
  pool: Pool,
  { now, timeZone, pace = createPace(), onProgress = () => {} }: RunnerOptions,
): Runner {
  const zone: Zone = { wanted: timeZone, isInsistedOn: true };
  let breaking: { statement: number; isHeard: boolean } | undefined;
  const connect = async (): Promise<PoolClient> => {
    const session = await pool.connect();
    const at = breaking;
    breaking = undefined;
    if (at !== undefined) breakSession(session, at.statement, at.isHeard);
    return session;
  };
  async function work<T extends object>(
    body: (session: PoolClient, done: Done) => Promise<T>,
  ): Promise<(T & Done) | undefined> {
    // The pool's own, with calls that come back to it alone.
    return withMaintenanceLock({ connect: connect as Pool['connect'] }, async (session) => {
      const done = newDone();
      await prepareSession(session);
      return { ...(await body(session, done)), ...done };
    });
  }
  const parts = { pace, now, signal: new AbortController().signal, rest: async () => {}, onProgress };
  const run: Runner['run'] = () => work((session, done) => runRollups({ ...parts, session, done }, zone));
  return {
    run,
    async settle() {
      for (;;) {
        const ran = await run();
        if (ran !== undefined && !ran.isWaiting) return ran;
      }
    },
    async rebuild() {
      for (;;) {
        const done = await work(async (session, made) => {
          await rebuildRollups({ ...parts, session, done: made }, zone);
          return {};
        });
        if (done !== undefined) return done;
      }
    },
    breakAt: (statement, isHeard) => void (breaking = { statement, isHeard }),
  };
}

function breakSession(session: PoolClient, statement: number, isHeard: boolean): void {
  let left = statement;
  const { query, release } = session;
  const send = query.bind(session) as (config: QueryConfig | string, values?: unknown[]) => Promise<unknown>;
  session.query = ((config: QueryConfig | string, values?: unknown[]) => {
    left -= 1;
    if (left > 0) return send(config, values);
    if (isHeard) void send(config, values).catch(() => undefined);
    return Promise.reject(new Error('the session was broken by the test'));
  }) as typeof session.query;
  session.release = (error) => {
    Object.assign(session, { query, release });
    session.release(error);
  };
}

/** Sums of what is not added up in the same order, or by the same function, are the same to so many digits. */
function ofDirections(fn: 'sin' | 'cos'): string {
  return `round(CASE WHEN kind = 'direction'
    THEN sum(CASE WHEN abs(value) <= 360 THEN ${fn}(radians(value)) ELSE 0 END) END::numeric, 6)`;
}

function ofCounts(what: string): string {
  return `CASE WHEN kind = 'counter' THEN ${what} END`;
}

const counts = (order: '' | 'DESC'): string =>
  `(array_agg(value ORDER BY measured_at ${order}, value ${order}) FILTER (WHERE value >= 0 AND value < 1e290))`;
const AGGREGATES = `
  count(*), sum(value), min(value), max(value),
  (array_agg(value ORDER BY measured_at, value))[1] AS first,
  (array_agg(value ORDER BY measured_at DESC, value DESC))[1] AS last,
  (array_agg(measured_at ORDER BY value, measured_at))[1] AS min_at,
  (array_agg(measured_at ORDER BY value DESC, measured_at))[1] AS max_at,
  ${ofDirections('sin')} AS sine_sum, ${ofDirections('cos')} AS cosine_sum,
  ${ofCounts(`pg_temp.walk(${counts('')})`)} AS rise,
  ${ofCounts(`${counts('')}[1]`)} AS rise_from, ${ofCounts(`${counts('DESC')}[1]`)} AS rise_to`;
/** What was rolled up, in the same order. */
const COLUMNS = `
  series_id, bucket, count, sum, min, max, first, last, min_at, max_at,
  round(sine_sum::numeric, 6) AS sine_sum, round(cosine_sum::numeric, 6) AS cosine_sum, rise, rise_from, rise_to`;
/** What a counter has risen to from one to the next of its counts. */
const WALK = `
  CREATE OR REPLACE FUNCTION pg_temp.walk(counts float8[]) RETURNS float8 LANGUAGE plpgsql STRICT AS $$
  DECLARE
    risen float8 := 0;
  BEGIN
    FOR i IN 2 .. cardinality(counts) LOOP
      IF counts[i] < counts[i - 1] * 0.9::float8 THEN risen := risen + counts[i];
      ELSE risen := risen + counts[i] - counts[i - 1];
      END IF;
    END LOOP;
    RETURN risen;
  END
  $$`;
const IS_MARKED = `
  SELECT FROM rollup_marks AS mark
  WHERE mark.series_id = coalesce(expected.series_id, actual.series_id) AND to_time >= bucket AND from_time <`;
const WRONG_HOURS = `
  SELECT 'hour' AS what, bucket, expected, actual FROM (
    SELECT series_id, date_bin('1 hour', measured_at, '2000-01-01Z') AS bucket, ${AGGREGATES}
    FROM readings JOIN series ON series.id = series_id, rollup_state
    WHERE measured_at < rolled_until AND measured_at >= raw_from GROUP BY 1, 2, kind
  ) AS expected FULL JOIN (
    SELECT ${COLUMNS} FROM rollups_hour AS hour JOIN series ON series.id = series_id, rollup_state
    WHERE bucket < rolled_until AND bucket >= raw_from
  ) AS actual USING (series_id, bucket)
  WHERE (expected.*) IS DISTINCT FROM (actual.*) AND NOT EXISTS (${IS_MARKED} bucket + interval '1 hour')`;
/** The first moment of a date in a time zone: PostgreSQL takes the second of two midnights. */
const START = (date: string): string => `
  (SELECT min(start) FROM unnest(ARRAY[${date}::timestamp AT TIME ZONE $1, (${date}::timestamp AT TIME ZONE $1) - interval '1 hour']) AS start
   WHERE (start AT TIME ZONE $1)::date = ${date})`;
const WRONG_DAYS = `
  SELECT 'day' AS what, bucket, expected, actual FROM (
    SELECT series_id, ${START('date')} AS bucket, ${AGGREGATES}
    FROM (SELECT *, (measured_at AT TIME ZONE $1)::date AS date FROM readings) AS readings
    JOIN series ON series.id = series_id, rollup_state
    WHERE ${START('date')} >= raw_from AND ${START('(date + 1)')} <= rolled_until GROUP BY series_id, date, kind
  ) AS expected FULL JOIN (
    SELECT ${COLUMNS} FROM rollups_day AS day JOIN series ON series.id = series_id, rollup_state
    WHERE bucket < rolled_until AND bucket >= raw_from AND ${START('((bucket AT TIME ZONE $1)::date + 1)')} <= rolled_until
  ) AS actual USING (series_id, bucket)
  WHERE (expected.*) IS DISTINCT FROM (actual.*)
    AND NOT EXISTS (${IS_MARKED} ${START('((bucket AT TIME ZONE $1)::date + 1)')})`;

export interface Wrong {
  readonly what: 'hour' | 'day';
  readonly bucket: Date;
  /** As PostgreSQL writes rows. */
  readonly expected: string | null;
  readonly actual: string | null;
}

/**
 * Roll-ups that are not what a plain GROUP BY says and that readers may use, in one look at the database: those of times that are
 * rolled up, of readings that have not expired, and without a mark.
 */
export async function wrongRollups(pool: Pool): Promise<readonly Wrong[]> {
  const client = await pool.connect();
  try {
    await client.query(WALK);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: state } = await client.query<{ time_zone: string | null }>(
      'SELECT time_zone FROM rollup_state',
    );
    const hours = await client.query<Wrong & object>(WRONG_HOURS);
    const zone = state[0]!.time_zone;
    const days = zone === null ? { rows: [] } : await client.query<Wrong & object>(WRONG_DAYS, [zone]);
    await client.query('COMMIT');
    return [...hours.rows, ...days.rows];
  } finally {
    client.release();
  }
}
