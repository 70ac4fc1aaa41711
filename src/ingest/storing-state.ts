import type { Logger } from 'pino';

/** What becomes of messages now; see storing.ts. */
export type StoringState = 'storing' | 'spooling' | 'stalled';

/** For pages, metrics and logs. */
export interface StoringReport {
  readonly state: StoringState;
  /** Why the database does not take readings, in its own words; `undefined` while it does. */
  readonly databaseProblem: string | undefined;
  /** Why the spool takes nothing; only said while it is needed. */
  readonly spoolProblem: string | undefined;
}

/** Follows what database and spool do with what they are given, and tells the owner when it turns. */
export interface StateKeeper {
  report(): StoringReport;
  databaseTook(): void;
  /** @param reason in the database's own words */
  databaseFailed(reason: string): void;
  spoolTook(messages: number): void;
  /** @param reason why it is full, or what the system says */
  spoolRefused(reason: string): void;
  /** How long nothing could be stored, in milliseconds; 0 while something can. */
  stalledForMs(): number;
  /** Whether there is no sense in taking anything now: nothing could be stored a moment ago. */
  isRefusing(): boolean;
}

const LOG_INTERVAL_MS = 60_000;
/** A database that comes and goes is not told of more often than this. */
const LEAST_LOG_INTERVAL_MS = 10_000;
/** So long after the last refusal the next message or client is let in, to see whether it is over. */
const PROBE_MS = 5_000;

export function createStateKeeper(log: Logger, now: () => number = () => performance.now()): StateKeeper {
  let databaseProblem: string | undefined;
  let spoolProblem: string | undefined;
  let stalledSince: number | undefined;
  let refusedAt = -Infinity;
  let awaySince = 0;
  let saidAt = -Infinity;
  let stallSaidAt = -Infinity;
  let spooled = 0;
  /** Whether the log says that the database is away. */
  let isSaid = false;
  const isDue = (): boolean => {
    if (now() - saidAt < LOG_INTERVAL_MS) return false;
    saidAt = now();
    return true;
  };
  const state = (): StoringState => {
    if (databaseProblem === undefined) return 'storing';
    return stalledSince === undefined ? 'spooling' : 'stalled';
  };
  return {
    report: () => ({ state: state(), databaseProblem, spoolProblem }),
    databaseTook() {
      stalledSince = undefined;
      spoolProblem = undefined;
      if (databaseProblem === undefined) return;
      databaseProblem = undefined;
      if (!isSaid) return;
      isSaid = false;
      const seconds = Math.round((now() - awaySince) / 1000);
      log.warn({ seconds, spooled }, 'the database takes readings again');
      spooled = 0;
    },
    databaseFailed(reason) {
      if (databaseProblem === undefined) awaySince = now();
      const isNew = databaseProblem !== reason;
      databaseProblem = reason;
      // What does not pass by itself needs the owner.
      const level = now() - awaySince < LOG_INTERVAL_MS ? 'warn' : 'error';
      if ((isNew && now() - saidAt > LEAST_LOG_INTERVAL_MS) || isDue()) {
        saidAt = now();
        isSaid = true;
        log[level]({ reason, spooled }, 'the database does not take readings; they are kept in the spool');
      }
    },
    spoolTook(messages) {
      stalledSince = undefined;
      spoolProblem = undefined;
      spooled += messages;
    },
    spoolRefused(reason) {
      refusedAt = now();
      stalledSince ??= refusedAt;
      const isNew = spoolProblem !== reason;
      spoolProblem = reason;
      if (!isNew && now() - stallSaidAt < LOG_INTERVAL_MS) return;
      stallSaidAt = now();
      log.error(
        { database: databaseProblem, spool: reason },
        'neither the database nor the spool takes readings: nothing is acknowledged until one of them does',
      );
    },
    stalledForMs: () => (stalledSince === undefined ? 0 : now() - stalledSince),
    isRefusing: () => stalledSince !== undefined && now() - refusedAt < PROBE_MS,
  };
}
