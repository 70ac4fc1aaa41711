import type { Logger } from 'pino';
import { reasonOf } from '../storage/failure.ts';
import { readRetentionPolicies } from '../storage/expiry/policies.ts';
import { keepDailySize } from '../storage/expiry/sizes.ts';
import { checkClock, noteExpiryRun, noteUnfinished } from '../storage/expiry/state.ts';
import type { Micros } from '../telemetry/reading.ts';
import { expire, type RetentionTimes } from './expire.ts';
import { createExpiryLog } from './expiry-log.ts';
import { limitSize } from './limit-size.ts';
import { type Expired, type ExpiryWork, newExpired } from './work.ts';

/** Lets go what has been kept long enough, and keeps the size of the database within what it may be. */
export interface Expiry {
  /**
   * To be called when roll-ups are up to date; does nothing if it was done a moment ago.
   * @returns whether there is more to do
   * @throws what the database reports, when the session is of no use any more; the reason of the signal
   */
  run(maintenance: Maintenance): Promise<boolean>;
  readonly counters: Readonly<ExpiryCounters>;
  /** Why the last run of this node came to nothing; `undefined` when it did not. */
  problem(): string | undefined;
}

/** Of whoever looks after what is stored. */
export interface Maintenance extends Pick<ExpiryWork, 'session' | 'days' | 'signal' | 'rest'> {
  /** Whether there is more to be rolled up soon, which may be due then. */
  readonly isWaiting: boolean;
}

/** What has gone since the start, by this node. */
export interface ExpiryCounters extends Expired {
  /** Runs that ended with an error; the next one goes on from there. */
  expiry_runs_failed: number;
}

export interface ExpiryOptions {
  readonly times: RetentionTimes;
  /** `undefined`: as large as it gets. */
  readonly maxDatabaseBytes: number | undefined;
  readonly log: Logger;
  /** For tests; by default the database's clock. */
  readonly now?: () => Micros;
  readonly timings?: Partial<ExpiryTimings>;
}

export interface ExpiryTimings {
  /** How long it rests when all is done: what is due changes once a day, or when somebody says so. */
  readonly everyMs: number;
  /** The same while roll-ups wait. */
  readonly waitingMs: number;
  /** How long it may keep roll-ups waiting, which have to go on hour by hour. */
  readonly atATimeMs: number;
}

const TIMINGS: ExpiryTimings = { everyMs: 5 * 60_000, waitingMs: 5_000, atATimeMs: 10_000 };

export function createExpiry(options: ExpiryOptions): Expiry {
  const { times, maxDatabaseBytes, log, now } = options;
  const { everyMs, waitingMs, atATimeMs } = { ...TIMINGS, ...options.timings };
  const counters: ExpiryCounters = { ...newExpired(), expiry_runs_failed: 0 };
  const lines = createExpiryLog(log);
  const isKeptForEver = Object.values(times).every((time) => time === 'forever');
  let gone = newExpired();
  let workedMs = 0;
  let restUntil = -Infinity;
  let problem: string | undefined;

  /** @returns whether all was done, or nothing may be */
  async function work(maintenance: Maintenance): Promise<boolean> {
    const { session } = maintenance;
    const startedAt = performance.now();
    const policies = await readRetentionPolicies(session);
    const isHarmless = isKeptForEver && maxDatabaseBytes === undefined && policies.length === 0;
    const clock = await checkClock(session, isHarmless, now?.());
    lines.clock(clock.isHeld ? clock : undefined);
    if (clock.isHeld) return true;
    const done = newExpired();
    const isOverTime = (): boolean => performance.now() > startedAt + atATimeMs;
    const all: ExpiryWork = { ...maintenance, log, done, waiting: [], now: clock.now, isOverTime };
    try {
      await keepDailySize(session);
      const isAll = await expire(all, times);
      if (isAll && maxDatabaseBytes !== undefined)
        lines.size(await limitSize(all, maxDatabaseBytes), maxDatabaseBytes);
      workedMs += performance.now() - startedAt;
      if (!isAll) await noteUnfinished(session);
      else await noteExpiryRun(session, workedMs, all.waiting.length);
      return isAll;
    } finally {
      addTo(counters, done);
      addTo(gone, done);
    }
  }

  return {
    counters,
    problem: () => problem,
    async run(maintenance) {
      if (performance.now() < restUntil) return false;
      try {
        if (!(await work(maintenance))) return true;
        problem = undefined;
        workedMs = 0;
        lines.succeeded();
        lines.gone(gone);
        gone = newExpired();
      } catch (error) {
        if (maintenance.signal.aborted) throw error;
        counters.expiry_runs_failed += 1;
        problem = reasonOf(error);
        lines.failed(problem);
        // Roll-ups go on with the session, if it still is one.
        await maintenance.session.query({ text: 'ROLLBACK' });
      }
      restUntil = performance.now() + (maintenance.isWaiting ? waitingMs : everyMs);
      return false;
    },
  };
}

function addTo(sum: Expired, done: Expired): void {
  sum.readings_expired += done.readings_expired;
  sum.rollups_expired += done.rollups_expired;
  sum.partitions_dropped += done.partitions_dropped;
  sum.rejected_messages_expired += done.rejected_messages_expired;
  sum.channel_entries_expired += done.channel_entries_expired;
}
