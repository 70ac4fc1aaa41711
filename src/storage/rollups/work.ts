import type { LocalDays } from '../../telemetry/local-days.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';
import { type ChunkSize, createChunkSize } from './chunk-size.ts';
import type { SettledMarks } from './settled-marks.ts';

/** What one run of the work on roll-ups is given. */
export interface RollupWork {
  /** One session, which holds the maintenance lock and is prepared by {@link prepareSession}; of no use after an error. */
  readonly session: Queryable;
  readonly pace: Pace;
  readonly done: Done;
  /** Which marks it is time for; for all of them unless given. */
  readonly settledMarks?: SettledMarks;
  /** Ends the work between two transactions. */
  readonly signal: AbortSignal;
  /** Called between two transactions, with how long the last one took: leaves the database to others for a while. */
  readonly rest: (tookMs: number) => Promise<void>;
  /** Called when everything up to a time was made. */
  readonly onProgress?: (until: Micros) => void;
  /** Whether something else is to be done first; what is left over is done the next time. Unless given, everything is done. */
  readonly isOverTime?: () => boolean;
  /** For tests; by default the database's clock. */
  readonly now?: () => Micros;
}

/** Work on days of the zone that the days in the table are of. */
export interface ZonedWork extends RollupWork {
  readonly days: LocalDays;
}

/** What was done so far. */
export interface Done {
  hours: number;
  days: number;
  readings: number;
  marks: number;
  /** Hours that were to be made anew, and whose readings have expired. */
  hoursTooLate: number;
}

/** How much is done at a time; kept from one run to the next. */
export interface Pace {
  /** Hours that are rolled up before it is noted how far it went. */
  readonly hours: ChunkSize;
  /** Series in one transaction. */
  readonly series: ChunkSize;
  /** Marks in one transaction. */
  readonly marks: ChunkSize;
}

const STEP_MS = 2_000;
const TRANSACTION_MS = 250;
const MOST_HOURS = 31 * 24;

export function newDone(): Done {
  return { hours: 0, days: 0, readings: 0, marks: 0, hoursTooLate: 0 };
}

export function createPace(): Pace {
  return {
    hours: createChunkSize({ start: 1, most: MOST_HOURS, targetMs: STEP_MS }),
    series: createChunkSize({ start: 100, most: 5_000, targetMs: TRANSACTION_MS }),
    marks: createChunkSize({ start: 100, most: 5_000, targetMs: TRANSACTION_MS }),
  };
}

/**
 * Roll-ups that a crash takes back are made again, as everything that says that they were made goes with them: no commit
 * waits for the disk. The planner has no say in whether to read all of a partition once a series.
 * @throws what the database reports
 */
export async function prepareSession(session: Queryable): Promise<void> {
  await session.query({ text: 'SET synchronous_commit = off; SET jit = off; SET enable_seqscan = off' });
}

/**
 * One transaction, in which each statement sees what was committed before it. The lock lets nobody but TRUNCATE wait, which
 * takes roll-ups away together with readings and must not do so half-way through ours.
 * @throws what the database reports, or the reason of the signal; the session is of no use then
 */
export async function inTransaction<T>({ session, signal }: RollupWork, body: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  await session.query({
    text: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; LOCK TABLE ONLY readings IN ACCESS SHARE MODE',
  });
  const result = await body();
  await session.query({ text: 'COMMIT' });
  return result;
}
