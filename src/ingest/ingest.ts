import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises';
import type { Message } from '../telemetry/reading.ts';
import { type AnswersParts, createAnswers } from './answers.ts';
import type { ReceiptClock } from './clock.ts';
import type { IngestCounters } from './counters.ts';
import { createDecode, type DecodeOther } from './dialects.ts';
import { createDrain } from './drain.ts';
import { IngestClosedError, IngestOverloadedError, IngestStalledError } from './errors.ts';
import { createJoining, type Joining } from './joining.ts';
import { NO_OBSERVER } from './observer.ts';
import { type BatchLimits, createQueue } from './queue.ts';
import type { Spool } from './spool/spool.ts';
import { createStateKeeper, type StoringReport } from './storing-state.ts';
import { createStoring, type Outcome, type StoringLimits } from './storing.ts';
import { newSubmission, type Sender, type Submission } from './submission.ts';
import type { Writer } from './writer.ts';

/**
 * The one way in. A lone reading waits for one commit; a flood makes its own large batches, for what comes while the
 * database works waits for the next (group commit). Two batches may be under way: the second is with the database when
 * the first has committed, which then need not wait for us to hear of it.
 *
 *     submit -> waiting -> batch -> database: COMMIT      -> settled, in the order in which they came
 *                            \---> spool: fsync            -> settled; written to the database later
 *                            \---> neither takes it: held, and tried again
 */
export interface Ingest {
  /** Takes the message; the sender is told once, when it is kept, or with the reason why it was not. */
  submit(message: Message, sender: Sender): void;
  /** Takes messages into a transaction of somebody else's. @throws IngestClosedError */
  readonly join: Joining;
  readonly counters: Readonly<IngestCounters>;
  /** How many parts of messages were rejected since the start, by reason. */
  readonly rejections: ReadonlyMap<string, number>;
  /** Messages that wait for the database or the spool now. */
  waiting(): number;
  /** Whether so much waits that no more should be read from those who can wait. */
  isCongested(): boolean;
  /** Whether nothing could be stored a moment ago, so that there is no sense in letting anybody in. */
  isRefusing(): boolean;
  report(): StoringReport;
  /** Takes nothing new, waits for what is under way, and gives up on it after `drainTimeoutMs`. */
  close(): Promise<void>;
}

export interface IngestParts extends AnswersParts {
  readonly writer: Writer;
  readonly spool: Spool;
  readonly clock: ReceiptClock;
  /** Of a dialect beside the native one. */
  readonly decodeOther?: DecodeOther;
  /** Called when {@link Ingest.isCongested} no longer holds. */
  readonly onRelieved: () => void;
  readonly limits?: Partial<IngestLimits>;
}

export interface IngestLimits extends BatchLimits, StoringLimits {
  /**
   * What may wait, all senders together, in bytes. From half of it on those who can wait are not read from; what comes in
   * all the same is refused when it is reached.
   */
  readonly maxWaitingBytes: number;
  readonly drainTimeoutMs: number;
}

const DEFAULT_LIMITS: IngestLimits = {
  maxBatchReadings: 5_000,
  maxBatchBytes: 4 * 1024 * 1024,
  maxWaitingBytes: 16 * 1024 * 1024,
  patienceMs: 2_000,
  maxHeldMs: 30_000,
  retryDelayMs: 100,
  maxRetryDelayMs: 2_000,
  drainTimeoutMs: 8_000,
};
const MAX_BATCHES_UNDER_WAY = 2;
const LAST_CALL_MS = 1_000;

export function createIngest(parts: IngestParts): Ingest {
  const { writer, spool, clock, log } = parts;
  const limits: IngestLimits = { ...DEFAULT_LIMITS, ...parts.limits };
  const decode = createDecode(parts.decodeOther);
  const answers = createAnswers(parts);
  const { counters, rejections } = answers;
  const abandon = new AbortController();
  const queue = createQueue(limits);
  const state = createStateKeeper(log);
  const drain = createDrain({
    spool,
    writer,
    state,
    limits,
    log,
    decode: createDecode(parts.decodeOther, true),
    onWritten: (batch, rows) => {
      counters.messages_unspooled += batch.length;
      answers.written(batch, rows);
    },
  });
  const storing = createStoring({
    writer,
    spool,
    state,
    limits,
    counters,
    observer: parts.observer ?? NO_OBSERVER,
    signal: abandon.signal,
  });
  const join = createJoining({ writer, answers, clock });
  let closing = false;
  let isCongested = false;
  let batchesUnderWay = 0;
  /** Readings of the batch that left last. */
  let lastReadings = 0;
  let lastSettled = Promise.resolve();
  let isDispatchDue = false;

  function submit(message: Message, sender: Sender): void {
    counters.messages_received += 1;
    const refusal = refuse(message, sender);
    if (refusal !== undefined) return turnAway(message, sender, refusal);
    const decoded = decode(message);
    if ('notYet' in decoded) return turnAway(message, sender, new IngestStalledError());
    // Items of a message without times of their own have each taken one microsecond.
    clock.advance(message.receivedAt + decoded.readings.length + decoded.rejections.length);
    queue.push(newSubmission(message, decoded, sender));
    if (!isCongested) isCongested = queue.unsettledBytes() >= limits.maxWaitingBytes / 2;
    if (batchesUnderWay > 0) dispatch();
    else dispatchSoon();
  }

  function turnAway(message: Message, sender: Sender, error: Error): void {
    answers.refused(message, error);
    sender.settled(error, null);
  }

  function refuse({ qos }: Message, { isImpatient }: Sender): Error | undefined {
    if (closing) return new IngestClosedError();
    if (queue.unsettledBytes() >= limits.maxWaitingBytes) return new IngestOverloadedError();
    if ((qos === 0 || isImpatient) && state.isRefusing()) return new IngestStalledError();
    return undefined;
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
      lastSettled = storeAndSettle(batch, lastSettled);
    }
  }

  function mayLeave(): boolean {
    if (batchesUnderWay === 0) return true;
    // It may repeat a message of the batch under way, which must be stored first to be known again.
    if (queue.holdsRedelivery()) return false;
    // As large as the one before: batches then come to one size, and neither the database nor we wait for the other.
    return batchesUnderWay < MAX_BATCHES_UNDER_WAY && queue.waitingReadings() >= lastReadings;
  }

  async function storeAndSettle(batch: readonly Submission[], before: Promise<void>): Promise<void> {
    let left = batch.length;
    await storing.store(batch, async (some, outcome) => {
      // Whoever is told at once that nothing can be stored waits for nobody.
      if (!('error' in outcome)) await before;
      left -= some.length;
      if (left === 0) {
        batchesUnderWay -= 1;
        // First the statement leaves for which there is room now; while the database works on it, this batch is answered.
        dispatch();
      }
      settle(some, outcome);
    });
    await before;
  }

  function settle(some: readonly Submission[], outcome: Outcome): void {
    queue.settled(some);
    answers.settle(some, outcome);
    if ('spooled' in outcome) drain.wake();
    if (!isCongested || queue.unsettledBytes() >= limits.maxWaitingBytes / 4) return;
    isCongested = false;
    // In a turn of its own, for what is read then may be a lot.
    setImmediate(parts.onRelieved);
  }

  async function settleAll(): Promise<void> {
    while (queue.unsettled() > 0) {
      await nextTurn();
      await lastSettled;
    }
  }

  return {
    submit,
    join(messages) {
      if (closing) throw new IngestClosedError();
      return join(messages);
    },
    counters,
    rejections,
    waiting: () => queue.unsettled(),
    isCongested: () => isCongested,
    isRefusing: () => state.isRefusing(),
    report: () => state.report(),
    async close() {
      closing = true;
      const drained = new AbortController();
      void setTimeout(limits.drainTimeoutMs, undefined, { signal: drained.signal, ref: false }).then(
        () => abandon.abort(),
        () => undefined,
      );
      // A statement that never returns must not keep the service from stopping; its batch is not acknowledged.
      await Promise.race([settleAll(), lastCall(abandon.signal)]);
      drained.abort();
      await Promise.race([drain.close(), lastCall(AbortSignal.abort())]);
    },
  };
}

/** Resolves a second after the signal, which is time enough for all that can still end well. */
async function lastCall(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await setTimeout(LAST_CALL_MS, undefined, { ref: false });
}
