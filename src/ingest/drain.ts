import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Decoded } from '../telemetry/decode.ts';
import type { Message } from '../telemetry/reading.ts';
import { classifyFailure, reasonOf } from '../storage/failure.ts';
import type { NotYet } from './dialects.ts';
import type { Row } from './rows.ts';
import type { Spooled } from './spool/record.ts';
import type { Spool } from './spool/spool.ts';
import type { StateKeeper } from './storing-state.ts';
import { newSubmission, type Sender, type Submission, weight } from './submission.ts';
import type { Writer } from './writer.ts';

/** Writes what is in the spool to the database, in the order in which it came. */
export interface Drain {
  /** There is something in the spool. */
  wake(): void;
  /** Stops after what is under way; the rest stays in the spool for the next start. */
  close(): Promise<void>;
}

export interface DrainParts {
  readonly spool: Spool;
  readonly writer: Writer;
  readonly state: StateKeeper;
  readonly limits: { readonly retryDelayMs: number; readonly maxRetryDelayMs: number };
  readonly decode: (message: Message) => Decoded | NotYet;
  /** Called after each commit. */
  readonly onWritten: (batch: readonly Submission[], rows: readonly Row[]) => void;
  readonly log: Logger;
}

interface Batch {
  readonly batch: readonly Submission[];
  readonly last: Spooled | undefined;
}

/** Small, for new readings wait behind it for their commit. */
const MAX_MESSAGES = 1_000;
const MAX_READINGS = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;
/**
 * After so many failures for unknown reasons at what stands first, rows are looked for that the database refuses while it
 * takes others: from then on among twice as many each time, should what stands first be all alike.
 */
const FAILURES_BEFORE_ISOLATING = 3;
const MOST_WIDENINGS = 4;
const CHECK_SPOOL_MS = 5_000;
const LOG_INTERVAL_MS = 60_000;
/** They were acknowledged when they were spooled. */
const NOBODY: Sender = { settled: () => undefined };

export function createDrain(parts: DrainParts): Drain {
  const { spool, writer, state, limits, log } = parts;
  const closing = new AbortController();
  let running: Promise<void> | undefined;
  let saidAt = -Infinity;
  let leftBefore = spool.count();
  /** The last of those that are written and told of, but still in the spool. */
  let written: Spooled | undefined;

  async function run(): Promise<void> {
    let delayMs = limits.retryDelayMs;
    let unknownFailures = 0;
    while (spool.count() > 0 && !closing.signal.aborted) {
      try {
        await writeOldest(unknownFailures - FAILURES_BEFORE_ISOLATING);
        unknownFailures = 0;
        delayMs = limits.retryDelayMs;
      } catch (error) {
        if (error instanceof SpoolError) sayFailed(error);
        else {
          state.databaseFailed(reasonOf(error));
          if (classifyFailure(error) === 'unknown') unknownFailures += 1;
        }
        await pause(delayMs, undefined, { signal: closing.signal }).catch(() => undefined);
        delayMs = Math.min(delayMs * 2, limits.maxRetryDelayMs);
      }
    }
    if (spool.count() === 0) sayEmptied();
  }

  function sayEmptied(): void {
    const messages = leftBefore - spool.lost();
    if (messages > 0) log.info({ messages }, 'what an earlier run has left in the spool is written');
    leftBefore = 0;
  }

  function sayFailed(error: SpoolError): void {
    if (performance.now() - saidAt < LOG_INTERVAL_MS) return;
    saidAt = performance.now();
    log.error({ err: error.cause }, error.message);
  }

  /** @param isolations how often rows have been looked for that the database refuses for reasons of its own; below 0: not yet */
  async function writeOldest(isolations: number): Promise<void> {
    if (written === undefined) {
      const factor = 2 ** Math.min(Math.max(isolations, 0), MOST_WIDENINGS);
      const spooled = await spool.read(MAX_MESSAGES * factor, MAX_BYTES).catch((error: unknown) => {
        throw new SpoolError('the spool can not be read; trying again', error);
      });
      const { batch, last } = toBatch(spooled, MAX_READINGS * factor);
      // Its keys are not in their order any more, say: nothing of it would come in the next moment either.
      if (last === undefined)
        throw new SpoolError('the spool can not be read; trying again', 'nothing is found in it');
      // An earlier attempt may have been committed without our hearing of it, here or before a crash.
      const isolatesUnknown = isolations >= 0;
      if (batch.length > 0) {
        const rows = await writer.write(batch, { isRetry: true, isAbandoned: false, isolatesUnknown });
        state.databaseTook();
        // Before they leave the spool: after a crash in between they are told twice, rather than never.
        parts.onWritten(batch, rows);
      }
      written = last;
    }
    await spool.removeThrough(written).catch((error: unknown) => {
      throw new SpoolError('what was written can not be taken out of the spool; trying again', error);
    });
    written = undefined;
  }

  /**
   * @returns what is to be written, and the last message that is done with then
   * @throws when nobody can tell yet what the first message says
   */
  function toBatch(spooled: readonly Spooled[], mostReadings: number): Batch {
    const batch: Submission[] = [];
    let last: Spooled | undefined;
    let readings = 0;
    for (const one of spooled) {
      const decoded = one.message && parts.decode(one.message);
      if (decoded !== undefined && 'notYet' in decoded) {
        if (last === undefined) throw new Error(decoded.notYet);
        break;
      }
      last = one;
      if (one.message === undefined || decoded === undefined) continue;
      const submission = newSubmission(one.message, decoded, NOBODY);
      batch.push(submission);
      readings += weight(submission);
      if (readings >= mostReadings) break;
    }
    return { batch, last };
  }

  function wake(): void {
    if (closing.signal.aborted || spool.count() === 0) return;
    running ??= run().finally(() => {
      running = undefined;
      wake();
    });
  }

  // One that has failed, or could not be opened at the start, may hold what was acknowledged, and nobody else may ask.
  const checking = setInterval(() => {
    if (spool.problem() !== undefined) void spool.check().then(noteChecked);
  }, CHECK_SPOOL_MS);
  checking.unref();

  function noteChecked(isUsable: boolean): void {
    if (!isUsable) return;
    state.spoolTook(0);
    wake();
  }

  if (leftBefore > 0) log.info({ messages: leftBefore }, 'an earlier run has left messages in the spool');
  wake();
  return {
    wake,
    async close() {
      clearInterval(checking);
      closing.abort();
      await running;
    },
  };
}

class SpoolError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'SpoolError';
  }
}
