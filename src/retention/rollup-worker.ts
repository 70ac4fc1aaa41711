import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import type { Logger } from 'pino';
import { reasonOf } from '../storage/failure.ts';
import { withMaintenanceLock } from '../storage/maintenance-lock.ts';
import type { Queryable } from '../storage/queryable.ts';
import { readRollupReport, type RollupReport } from '../storage/rollups/report.ts';
import { type Ran, runRollups, type Zone } from '../storage/rollups/run.ts';
import { createSettledMarks } from '../storage/rollups/settled-marks.ts';
import { createPace, type Done, newDone, prepareSession } from '../storage/rollups/work.ts';
import { createLocalDays } from '../telemetry/local-days.ts';
import type { Micros } from '../telemetry/reading.ts';
import { newRollupCounters, type RollupCounters } from './counters.ts';
import type { Maintenance } from './expiry.ts';
import { createRollupLog } from './rollup-log.ts';

/** Keeps roll-ups up to date, on one of all nodes at a time. */
export interface RollupWorker {
  /** Begins; once. */
  start(): void;
  readonly counters: RollupCounters;
  /** What was found last, whoever of the nodes had done it; `undefined` before that. */
  report(): RollupReport | undefined;
  /** Why the last try came to nothing; `undefined` when it did not. */
  problem(): string | undefined;
  /** Ends between two transactions, or in the middle of one that takes long. Safe to call twice, and before the start. */
  close(): Promise<void>;
}

export interface RollupWorkerOptions {
  /** One connection is all that it takes. */
  readonly pool: Pool;
  /** IANA name. */
  readonly timeZone: string;
  readonly log: Logger;
  /** What is done after each run, under the same lock. @returns whether there is more to do */
  readonly afterwards?: (maintenance: Maintenance) => Promise<boolean>;
  readonly timings?: Partial<RollupTimings>;
}

export interface RollupTimings {
  readonly firstAfterMs: number;
  readonly everyMs: number;
  /** While hours wait for the end of a transaction, which mostly ends at once, or there is more to do. */
  readonly waitingMs: number;
  /** For how long what comes late is left alone, so that what comes with it is mended with it. */
  readonly settleMs: number;
  /** How long a run may keep `afterwards` waiting, which must have its turn however much there is to be rolled up. */
  readonly atATimeMs: number;
  /** How long a close waits for a transaction. */
  readonly closingMs: number;
}

const TIMINGS: RollupTimings = {
  firstAfterMs: 1_000,
  everyMs: 15_000,
  waitingMs: 1_000,
  settleMs: 10_000,
  atATimeMs: 60_000,
  closingMs: 1_000,
};
/** For how long the database is left to others after each transaction, as a share of what that took. */
const REST_SHARE = 0.5;

/**
 *     pause --> lock --> run --> report
 *       ^        |        |        |
 *       +- taken +- error +--------+
 *
 * A run brings everything up to date, or as much of it as it has time for. It goes from one short transaction to the next: whatever
 * ends it, the next run goes on from there, here or on another node.
 */
export function createRollupWorker(options: RollupWorkerOptions): RollupWorker {
  const { pool, timeZone, log } = options;
  const timings = { ...TIMINGS, ...options.timings };
  const closing = new AbortController();
  const zone: Zone = { wanted: timeZone, isInsistedOn: true };
  const pace = createPace();
  const settledMarks = createSettledMarks(timings.settleMs);
  const counters = newRollupCounters();
  const lines = createRollupLog(log, timeZone);
  let running: Promise<void> | undefined;
  let session: PoolClient | undefined;
  let report: RollupReport | undefined;
  let reportedAt = 0;
  let problem: string | undefined;
  const sleep = (delayMs: number): Promise<unknown> =>
    pause(delayMs, undefined, { signal: closing.signal }).catch(() => undefined);

  async function look(database: Queryable): Promise<void> {
    report = await readRollupReport(database);
    reportedAt = performance.now();
  }

  async function work(client: PoolClient): Promise<Ran> {
    session = client;
    const startedAt = performance.now();
    const done = newDone();
    try {
      await prepareSession(client);
      const common = {
        session: client,
        signal: closing.signal,
        async rest(tookMs: number): Promise<void> {
          if (performance.now() >= reportedAt + timings.everyMs) await look(client);
          await sleep(tookMs * REST_SHARE);
        },
      };
      const onProgress = (until: Micros): void => lines.progress(until, done);
      const isOverTime = (): boolean => performance.now() > startedAt + timings.atATimeMs;
      const ran = await runRollups({ ...common, pace, done, settledMarks, onProgress, isOverTime }, zone);
      await lines.ended(ran, done, client);
      const hasMoreAfterwards = await options.afterwards?.({
        ...common,
        isWaiting: ran.isWaiting,
        days: createLocalDays(ran.timeZone),
      });
      return { ...ran, hasMore: ran.hasMore || hasMoreAfterwards === true };
    } finally {
      session = undefined;
      addTo(counters, done);
    }
  }

  /** @returns how long to wait for the next */
  async function tick(): Promise<number> {
    try {
      const ran = await withMaintenanceLock(pool, work);
      await look(pool);
      problem = undefined;
      return ran?.isWaiting || ran?.hasMore ? timings.waitingMs : timings.everyMs;
    } catch (error) {
      if (closing.signal.aborted) return 0;
      problem = reasonOf(error);
      counters.rollup_runs_failed += 1;
      // It may have been too much at a time.
      for (const size of Object.values(pace)) size.failed();
      lines.failed(problem);
      return timings.everyMs;
    }
  }

  async function run(): Promise<void> {
    await sleep(timings.firstAfterMs);
    while (!closing.signal.aborted) await sleep(await tick());
  }

  return {
    start: () => void (running ??= closing.signal.aborted ? Promise.resolve() : run()),
    counters,
    report: () => report,
    problem: () => problem,
    async close() {
      closing.abort();
      await Promise.race([running, pause(timings.closingMs, undefined, { ref: false })]);
      // Nothing is lost with a transaction that is cut off.
      await session?.end();
      await running;
    },
  };
}

function addTo(counters: RollupCounters, done: Done): void {
  counters.rollup_hours_made += done.hours;
  counters.rollup_days_made += done.days;
  counters.rollup_marks_mended += done.marks;
  counters.rollup_hours_too_late += done.hoursTooLate;
}
