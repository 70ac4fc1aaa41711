import { setTimeout as pause } from 'node:timers/promises';
import type { IngestCounters } from './counters.ts';
import type { IngestObserver } from './observer.ts';
import { IngestClosedError, IngestStalledError } from './errors.ts';
import type { Row } from './rows.ts';
import type { Spool } from './spool/spool.ts';
import type { StateKeeper } from './storing-state.ts';
import { reasonOf } from '../storage/failure.ts';
import { isRedelivery, type Submission, weight } from './submission.ts';
import type { Attempt, Writer } from './writer.ts';

/**
 * Sees to it that a batch is kept: in the database, or while that is away in the spool, so that its senders can be told.
 *
 *     storing  --the database fails, or takes too long-->  spooling  --the spool is full, or fails-->  stalled
 *        ^------------ it takes a batch again ----------------+--^---------- one of them takes it --------+
 *
 * What is stalled is held, unacknowledged, and tried again and again; those who don't wait for an acknowledgement are
 * told at once, the others when nothing could be stored for `maxHeldMs`.
 */
export interface Storing {
  /** Resolves when `settle` has been told of every message, each once; of those that may be held, in their order. */
  store(batch: readonly Submission[], settle: Settle): Promise<void>;
}

/** What became of messages. */
export type Outcome =
  | { readonly rows: readonly Row[] }
  | { readonly spooled: true }
  | { readonly error: Error };

export type Settle = (some: readonly Submission[], outcome: Outcome) => Promise<void> | void;

export interface StoringLimits {
  /** How long a batch waits for its commit before it is kept in the spool, in milliseconds. */
  readonly patienceMs: number;
  /** How long messages are held while nothing can be stored. */
  readonly maxHeldMs: number;
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

export interface StoringParts {
  readonly writer: Writer;
  readonly spool: Spool;
  readonly state: StateKeeper;
  readonly limits: StoringLimits;
  readonly counters: IngestCounters;
  readonly observer: IngestObserver;
  /** Gives up on whatever has not been kept. */
  readonly signal: AbortSignal;
}

export function createStoring(parts: StoringParts): Storing {
  const { spool, state, limits, signal } = parts;

  async function store(batch: readonly Submission[], settle: Settle): Promise<void> {
    const writing = new Writing(parts);
    let left = batch;
    let delayMs = limits.retryDelayMs;
    for (;;) {
      const rows = mayWrite(left) ? await write(left, writing) : undefined;
      if (rows !== undefined) {
        parts.counters.messages_stored += left.length;
        return settle(left, { rows });
      }
      const kept = await keep(left);
      if (kept > 0) {
        // At once: from now on the drain may write them, too.
        writing.abandon();
        await settle(left.slice(0, kept), { spooled: true });
      }
      left = await settleImpatient(kept > 0 ? left.slice(kept) : left, settle);
      if (left.length === 0) return writing.abandon();
      const error = lastWord();
      if (error !== undefined) {
        writing.abandon();
        return settle(left, { error });
      }
      await pause(delayMs, undefined, { signal }).catch(() => undefined);
      delayMs = Math.min(delayMs * 2, limits.maxRetryDelayMs);
    }
  }

  async function write(batch: readonly Submission[], writing: Writing): Promise<readonly Row[] | undefined> {
    const isFirstFailure = state.report().state === 'storing';
    let result = await writing.tryOnce(batch);
    // Once more at once: a connection that broke, a deadlock, a partition that somebody has dropped is no outage.
    if (result.problem !== undefined && !result.isLate && isFirstFailure)
      result = await writing.tryOnce(batch);
    if (result.problem !== undefined) state.databaseFailed(result.problem);
    return result.rows;
  }

  function mayWrite(batch: readonly Submission[]): boolean {
    if (spool.count() === 0) return true;
    // While the spool can't be read, nobody else would find out that the database is back.
    if (spool.problem() !== undefined) return true;
    // A redelivery may repeat what is in the spool, which must be written first to be known again.
    return state.report().state === 'storing' && !batch.some(isRedelivery);
  }

  /** @returns how many messages are in the spool now, the first ones */
  async function keep(batch: readonly Submission[]): Promise<number> {
    try {
      const kept = await spool.append(batch.map(({ message }) => message));
      if (kept > 0) {
        parts.counters.messages_spooled += kept;
        state.spoolTook(kept);
      }
      if (kept < batch.length) state.spoolRefused(spool.fullReason());
      return kept;
    } catch (error) {
      state.spoolRefused(spool.problem() ?? reasonOf(error));
      return 0;
    }
  }

  /** Why what could not be kept is given up now; `undefined` while it is tried again. */
  function lastWord(): Error | undefined {
    if (signal.aborted) return new IngestClosedError();
    return state.stalledForMs() >= limits.maxHeldMs ? new IngestStalledError() : undefined;
  }

  return { store };
}

/** @returns those that may be held */
async function settleImpatient(batch: readonly Submission[], settle: Settle): Promise<readonly Submission[]> {
  const impatient = batch.filter((submission) => isImpatient(submission));
  if (impatient.length === 0) return batch;
  await settle(impatient, { error: new IngestStalledError() });
  return batch.filter((submission) => !isImpatient(submission));
}

interface WriteResult {
  /** Those that are new. */
  readonly rows?: readonly Row[];
  /** Why the batch is not known to be in the database. */
  readonly problem?: string;
  /** Whether the attempt still runs. */
  readonly isLate?: boolean;
}

/** The attempts to write one batch to the database, one at a time. */
class Writing {
  readonly #parts: StoringParts;
  #attempt: Attempt | undefined;
  #batch: readonly Submission[] = [];
  #running: Promise<WriteResult> | undefined;

  constructor(parts: StoringParts) {
    this.#parts = parts;
  }

  /** Resolves when the attempt has ended, or takes too long and goes on: asked again, it is waited for again. */
  async tryOnce(batch: readonly Submission[]): Promise<WriteResult> {
    if (this.#running === undefined || this.#batch !== batch) this.#start(batch);
    const { patienceMs } = this.#parts.limits;
    const result = await within(patienceMs, this.#running);
    if (result === undefined) {
      return { problem: `it has not committed a batch within ${patienceMs / 1000} s`, isLate: true };
    }
    this.#running = undefined;
    return result;
  }

  /** What still runs may store its rows, but does nothing after that: somebody else sees to the batch. */
  abandon(): void {
    if (this.#attempt !== undefined) this.#attempt.isAbandoned = true;
  }

  #start(batch: readonly Submission[]): void {
    const { writer, state, counters, observer } = this.#parts;
    const startedAt = performance.now();
    this.abandon();
    this.#attempt = { isRetry: this.#attempt !== undefined, isAbandoned: false };
    this.#batch = batch;
    this.#running = writer.write(batch, this.#attempt).then(
      (rows): WriteResult => {
        state.databaseTook();
        observer.committed(weightOf(batch), (performance.now() - startedAt) / 1000);
        return { rows };
      },
      (error: unknown): WriteResult => {
        counters.batches_retried += 1;
        return { problem: reasonOf(error) };
      },
    );
  }
}

/** `undefined` if it takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  const first = await Promise.race([promise, late]);
  clearTimeout(timer);
  return first;
}

function weightOf(batch: readonly Submission[]): number {
  return batch.reduce((total, submission) => total + weight(submission), 0);
}

function isImpatient({ message, sender }: Submission): boolean {
  return message.qos === 0 || sender.isImpatient === true;
}
