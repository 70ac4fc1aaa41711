import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Row } from './rows.ts';
import type { Submission } from './submission.ts';
import type { Writer } from './writer.ts';

export interface RetryLimits {
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
}

export interface RetryParts {
  readonly writer: Writer;
  readonly limits: RetryLimits;
  /** Gives up on whatever has not been written. */
  readonly signal: AbortSignal;
  /** Messages that wait, for the log. */
  readonly waiting: () => number;
  readonly onRetry: () => void;
  readonly log: Logger;
}

const ATTEMPTS_BEFORE_ERROR = 5;

/**
 * Writes a batch over and over until the database takes it, with growing pauses.
 * @returns the rows that are new; `undefined` when it was given up
 */
export function createRetryingWrite(
  parts: RetryParts,
): (batch: readonly Submission[]) => Promise<readonly Row[] | undefined> {
  const { writer, limits, signal, waiting, onRetry, log } = parts;
  return async (batch) => {
    let delayMs = limits.retryDelayMs;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        return await writer.write(batch, attempt > 1);
      } catch (error) {
        onRetry();
        // What does not pass by itself needs the owner: readings wait behind it, unacknowledged.
        const level = attempt < ATTEMPTS_BEFORE_ERROR ? 'warn' : 'error';
        const facts = { err: error, attempt, messages: batch.length, waiting: waiting(), delayMs };
        log[level](facts, 'the database did not take a batch; trying again');
        await setTimeout(delayMs, undefined, { signal }).catch(() => undefined);
        delayMs = Math.min(delayMs * 2, limits.maxRetryDelayMs);
      }
    }
    return undefined;
  };
}
