import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Decoded } from '../telemetry/decode.ts';
import type { Message } from '../telemetry/reading.ts';
import { reasonOf } from '../storage/failure.ts';
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
  readonly decode: (message: Message) => Decoded;
  /** Called after each commit. */
  readonly onWritten: (batch: readonly Submission[], rows: readonly Row[]) => void;
  readonly log: Logger;
}

/** Small, for new readings wait behind it for their commit. */
const MAX_MESSAGES = 1_000;
const MAX_READINGS = 2_000;
/** From this attempt on at what stands first, a row is looked for that the database refuses for reasons of its own. */
const ATTEMPTS_BEFORE_ISOLATING = 3;
/** They were acknowledged when they were spooled. */
const NOBODY: Sender = { settled: () => undefined };

export function createDrain(parts: DrainParts): Drain {
  const { spool, writer, state, limits, log } = parts;
  const closing = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    let delayMs = limits.retryDelayMs;
    for (let attempts = 1; spool.count() > 0 && !closing.signal.aborted; attempts += 1) {
      try {
        await writeOldest(attempts > ATTEMPTS_BEFORE_ISOLATING);
        attempts = 0;
        delayMs = limits.retryDelayMs;
      } catch (error) {
        if (error instanceof SpoolError) log.error({ err: error.cause }, error.message);
        else state.databaseFailed(reasonOf(error));
        await pause(delayMs, undefined, { signal: closing.signal }).catch(() => undefined);
        delayMs = Math.min(delayMs * 2, limits.maxRetryDelayMs);
      }
    }
  }

  async function writeOldest(isolatesUnknown: boolean): Promise<void> {
    const spooled = await spool.read(MAX_MESSAGES).catch((error: unknown) => {
      throw new SpoolError('the spool can not be read; trying again', error);
    });
    const batch = toBatch(spooled);
    if (batch.length === 0) return;
    // An earlier attempt may have been committed without our hearing of it, here or before a crash.
    const rows = await writer.write(batch, { isRetry: true, isAbandoned: false, isolatesUnknown });
    state.databaseTook();
    await spool.removeThrough(spooled[batch.length - 1]!).catch((error: unknown) => {
      throw new SpoolError('what was written can not be taken out of the spool; trying again', error);
    });
    parts.onWritten(batch, rows);
  }

  function toBatch(spooled: readonly Spooled[]): readonly Submission[] {
    const batch: Submission[] = [];
    let readings = 0;
    for (const { message } of spooled) {
      const submission = newSubmission(message, parts.decode(message), NOBODY);
      batch.push(submission);
      readings += weight(submission);
      if (readings >= MAX_READINGS) break;
    }
    return batch;
  }

  function wake(): void {
    if (closing.signal.aborted || spool.count() === 0) return;
    running ??= run().finally(() => {
      running = undefined;
      wake();
    });
  }

  wake();
  return {
    wake,
    async close() {
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
