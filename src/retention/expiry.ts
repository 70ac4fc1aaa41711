import type { Logger } from 'pino';
import { reasonOf } from '../storage/failure.ts';
import { keepDailySize } from '../storage/expiry/sizes.ts';
import type { Micros } from '../telemetry/reading.ts';
import { expire, type RetentionTimes } from './expire.ts';
import { limitSize, type SizeOutcome } from './limit-size.ts';
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
  const { times, maxDatabaseBytes, log, now = () => Date.now() * 1000 } = options;
  const { everyMs, waitingMs, atATimeMs } = { ...TIMINGS, ...options.timings };
  const counters: ExpiryCounters = { ...newExpired(), expiry_runs_failed: 0 };
  let gone = newExpired();
  let restUntil = -Infinity;
  let isFailing = false;
  let isStuck = false;

  async function work(maintenance: Maintenance): Promise<boolean> {
    const until = performance.now() + atATimeMs;
    const done = newExpired();
    const all = { ...maintenance, log, done, now: now(), isOverTime: () => performance.now() > until };
    try {
      await keepDailySize(maintenance.session);
      if (!(await expire(all, times))) return false;
      if (maxDatabaseBytes !== undefined)
        tellOfSize(await limitSize(all, maxDatabaseBytes), maxDatabaseBytes);
      return true;
    } finally {
      addTo(counters, done);
      addTo(gone, done);
    }
  }

  function tellOfSize(outcome: SizeOutcome, maxBytes: number): void {
    if (outcome === 'stuck' && !isStuck) {
      log.warn(
        { maxDatabaseBytes: maxBytes },
        'the database is larger than MAX_DATABASE_SIZE, and nothing is left that may go but this month and the one before: give it more room, or shorten RETENTION_ROLLUPS, or have stations send less',
      );
    }
    isStuck = outcome === 'stuck';
  }

  /** One line a run, which is one a day as a rule. */
  function tellOfGone(): void {
    const { readings_expired: readings, rollups_expired: rollups } = gone;
    const { rejected_messages_expired: rejectedMessages, channel_entries_expired: channelEntries } = gone;
    if (readings + rollups + rejectedMessages + channelEntries > 0) {
      log.info({ readings, rollups, rejectedMessages, channelEntries }, 'what was kept long enough has gone');
    }
    gone = newExpired();
  }

  return {
    counters,
    async run(maintenance) {
      if (performance.now() < restUntil) return false;
      try {
        if (!(await work(maintenance))) return true;
        isFailing = false;
        tellOfGone();
      } catch (error) {
        if (maintenance.signal.aborted) throw error;
        counters.expiry_runs_failed += 1;
        if (!isFailing)
          log.warn({ reason: reasonOf(error) }, 'what was kept long enough could not go; it is tried again');
        isFailing = true;
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
