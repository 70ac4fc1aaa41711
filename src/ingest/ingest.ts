import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { decode } from '../telemetry/decode.ts';
import { memoize } from '../telemetry/memoize.ts';
import type { Message } from '../telemetry/reading.ts';
import { parseTopic } from '../telemetry/topic.ts';
import type { ReceiptClock } from './clock.ts';
import { type IngestCounters, newCounters } from './counters.ts';
import { createDropLog } from './drop-log.ts';
import { IngestClosedError, IngestOverloadedError } from './errors.ts';
import { type BatchLimits, createQueue } from './queue.ts';
import { createRetryingWrite, type RetryLimits } from './retry.ts';
import type { Row } from './rows.ts';
import type { Sender, Submission } from './submission.ts';
import type { Writer } from './writer.ts';

/**
 * The one way in. A lone reading waits for one commit; a flood makes its own large batches, for what comes while the
 * database works waits for the next (group commit). Two batches may be under way: the second is with the database when
 * the first has committed, which then need not wait for us to hear of it.
 *
 *     submit -> waiting -> batch -> writer -> commit -> settled, in the order in which they came
 *                            ^--- passing failure: the same batch again, after a pause
 */
export interface Ingest {
  /** Takes the message; the sender is told once, after the commit, or with the reason why it was not stored. */
  submit(message: Message, sender: Sender): void;
  readonly counters: Readonly<IngestCounters>;
  /** Messages that wait for the database now. */
  waiting(): number;
  /** Takes nothing new, waits for what is under way, and gives up on it after `drainTimeoutMs`. */
  close(): Promise<void>;
}

export interface IngestParts {
  readonly writer: Writer;
  readonly clock: ReceiptClock;
  readonly log: Logger;
  /** Called after each commit and before its acknowledgements, with the rows that are new. */
  readonly onCommitted: (rows: readonly Row[], batch: readonly Submission[]) => void;
  readonly limits?: Partial<IngestLimits>;
}

export interface IngestLimits extends BatchLimits, RetryLimits {
  /** Payload bytes that may wait for the database, all senders together. */
  readonly maxWaitingBytes: number;
  readonly drainTimeoutMs: number;
}

const DEFAULT_LIMITS: IngestLimits = {
  maxBatchReadings: 5_000,
  maxBatchBytes: 8 * 1024 * 1024,
  maxWaitingBytes: 64 * 1024 * 1024,
  retryDelayMs: 100,
  maxRetryDelayMs: 5_000,
  drainTimeoutMs: 8_000,
};
const MAX_BATCHES_UNDER_WAY = 2;
const LAST_CALL_MS = 1_000;

export function createIngest({ writer, clock, log, onCommitted, limits: given }: IngestParts): Ingest {
  const limits: IngestLimits = { ...DEFAULT_LIMITS, ...given };
  const readTopic = memoize(parseTopic);
  const counters = newCounters();
  const dropLog = createDropLog(log);
  const abandon = new AbortController();
  const queue = createQueue(limits);
  const writeUntilDone = createRetryingWrite({
    writer,
    limits,
    signal: abandon.signal,
    waiting: () => queue.unsettled(),
    onRetry: () => (counters.batches_retried += 1),
    log,
  });
  let closing = false;
  let batchesUnderWay = 0;
  /** Readings of the batch that left last. */
  let lastReadings = 0;
  let lastSettled = Promise.resolve();
  let isDispatchDue = false;

  function submit(message: Message, sender: Sender): void {
    counters.messages_received += 1;
    const refusal = closing
      ? new IngestClosedError()
      : queue.unsettledBytes() >= limits.maxWaitingBytes
        ? new IngestOverloadedError()
        : undefined;
    if (refusal !== undefined) {
      countFailure(message);
      if (message.qos === 0 && !closing) dropLog.add();
      sender.settled(refusal, null);
      return;
    }
    const decoded = decode(message, readTopic);
    // Items of a message without times of their own have each taken one microsecond.
    clock.advance(message.receivedAt + decoded.readings.length + decoded.rejections.length);
    queue.push({ message, decoded, rejections: decoded.rejections, stored: 0, duplicates: 0, sender });
    if (batchesUnderWay > 0) dispatch();
    else dispatchSoon();
  }

  /** What the sockets hold at this moment is read before the batch is closed. */
  function dispatchSoon(): void {
    if (isDispatchDue) return;
    isDispatchDue = true;
    setImmediate(() => {
      isDispatchDue = false;
      dispatch();
    });
  }

  function dispatch(): void {
    while (queue.waitingReadings() > 0 && mayLeave()) {
      batchesUnderWay += 1;
      const waitingReadings = queue.waitingReadings();
      const batch = queue.takeBatch();
      lastReadings = waitingReadings - queue.waitingReadings();
      lastSettled = writeAndSettle(batch, lastSettled);
    }
  }

  function mayLeave(): boolean {
    if (batchesUnderWay === 0) return true;
    // It may repeat a message of the batch under way, which must be stored first to be known again.
    if (queue.holdsRedelivery()) return false;
    // As large as the one before: batches then come to one size, and neither the database nor we wait for the other.
    return batchesUnderWay < MAX_BATCHES_UNDER_WAY && queue.waitingReadings() >= lastReadings;
  }

  async function writeAndSettle(batch: readonly Submission[], before: Promise<void>): Promise<void> {
    const rows = await writeUntilDone(batch);
    await before;
    batchesUnderWay -= 1;
    // First the statement leaves for which there is room now; while the database works on it, this batch is answered.
    dispatch();
    settle(batch, rows);
  }

  /** @param rows `undefined` when the batch was given up */
  function settle(batch: readonly Submission[], rows: readonly Row[] | undefined): void {
    queue.settled(batch);
    if (rows === undefined) {
      for (const { message } of batch) countFailure(message);
    } else {
      count(batch, rows.length);
      tellCommitted(rows, batch);
    }
    const error = rows === undefined ? new IngestClosedError() : null;
    // All in one tick: the acknowledgements of one client then leave in one write.
    for (const submission of batch) acknowledge(submission, error);
  }

  // Whoever waits for a batch must not be able to stop the batches behind it.
  function tellCommitted(rows: readonly Row[], batch: readonly Submission[]): void {
    try {
      onCommitted(rows, batch);
    } catch (error) {
      log.error({ err: error }, 'what follows a commit failed; the readings are stored');
    }
  }

  function acknowledge(submission: Submission, error: Error | null): void {
    try {
      submission.sender.settled(error, submission);
    } catch (failure) {
      log.error({ err: failure }, 'an acknowledgement failed');
    }
  }

  function countFailure({ qos }: Message): void {
    if (qos > 0) counters.messages_refused += 1;
    else counters.messages_dropped += 1;
  }

  function count(batch: readonly Submission[], written: number): void {
    counters.batches_written += 1;
    counters.messages_acknowledged += batch.length;
    counters.readings_written += written;
    for (const { duplicates, rejections } of batch) {
      counters.readings_duplicate += duplicates;
      if (rejections.length > 0) counters.messages_rejected += 1;
    }
  }

  async function drain(): Promise<void> {
    while (queue.unsettled() > 0) {
      await nextTurn();
      await lastSettled;
    }
  }

  return {
    submit,
    counters,
    waiting: () => queue.unsettled(),
    async close() {
      closing = true;
      const drained = new AbortController();
      void setTimeout(limits.drainTimeoutMs, undefined, { signal: drained.signal, ref: false }).then(
        () => abandon.abort(),
        () => undefined,
      );
      // A statement that never returns must not keep the service from stopping; its batch is not acknowledged.
      await Promise.race([drain(), lastCall(abandon.signal)]);
      drained.abort();
    },
  };
}

/** Resolves a second after the signal, which is time enough for all that can still end well. */
async function lastCall(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await setTimeout(LAST_CALL_MS, undefined, { ref: false });
}
