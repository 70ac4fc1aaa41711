import { once } from 'node:events';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { decode } from '../telemetry/decode.ts';
import { memoize } from '../telemetry/memoize.ts';
import type { Message } from '../telemetry/reading.ts';
import { parseTopic } from '../telemetry/topic.ts';
import type { ReceiptClock } from './clock.ts';
import { createDropLog } from './drop-log.ts';
import { IngestClosedError, IngestOverloadedError } from './errors.ts';
import type { Row } from './rows.ts';
import type { Acknowledge, Submission } from './submission.ts';
import type { Writer } from './writer.ts';

/**
 * The one way in. Messages wait in a queue; one batch is in flight at a time, and the next leaves as soon as it has
 * committed (group commit): a lone reading waits for one commit, a flood makes its own large batches.
 *
 *     submit -> queue -> batch -> writer -> commit -> acknowledged, in the order in which they came
 *                          ^--- passing failure: the same batch again, after a pause
 */
export interface Ingest {
  /** Takes the message; `done` is called once, after the commit, or with the reason why it was not stored. */
  submit(message: Message, done: Acknowledge): void;
  readonly counters: Readonly<IngestCounters>;
  /** Messages that wait for the database now. */
  waiting(): number;
  /** Takes nothing new, waits for what is under way, and gives up on it after `drainTimeoutMs`. */
  close(): Promise<void>;
}

export interface IngestCounters {
  messages_received: number;
  messages_acknowledged: number;
  /** Not stored and not acknowledged: their senders have to send them again. */
  messages_refused: number;
  /** QoS 0 messages that were not stored: lost. */
  messages_dropped: number;
  messages_rejected: number;
  readings_written: number;
  readings_duplicate: number;
  batches_written: number;
  batches_retried: number;
}

export interface IngestParts {
  readonly writer: Writer;
  readonly clock: ReceiptClock;
  readonly log: Logger;
  /** Called after each commit and before its acknowledgements, with the rows that are new. */
  readonly onCommitted: (rows: readonly Row[], batch: readonly Submission[]) => void;
  readonly limits?: Partial<IngestLimits>;
}

export interface IngestLimits {
  /** How many readings go into one statement; a message is never split. */
  readonly maxBatchReadings: number;
  /** The same for payload bytes: rejected messages are stored with theirs. */
  readonly maxBatchBytes: number;
  /** Payload bytes that may wait for the database, all senders together. */
  readonly maxWaitingBytes: number;
  readonly retryDelayMs: number;
  readonly maxRetryDelayMs: number;
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
const ATTEMPTS_BEFORE_ERROR = 5;
const LAST_CALL_MS = 1_000;
/** What a waiting message costs beside its payload, roughly. */
const MESSAGE_OVERHEAD_BYTES = 512;

export function createIngest({ writer, clock, log, onCommitted, limits: given }: IngestParts): Ingest {
  const limits: IngestLimits = { ...DEFAULT_LIMITS, ...given };
  const readTopic = memoize(parseTopic);
  const counters = newCounters();
  const dropLog = createDropLog(log);
  const abandon = new AbortController();
  let queue: Submission[] = [];
  let waiting = 0;
  let waitingBytes = 0;
  let closing = false;
  let running: Promise<void> | undefined;

  function submit(message: Message, done: Acknowledge): void {
    counters.messages_received += 1;
    const refusal = closing
      ? new IngestClosedError()
      : waitingBytes >= limits.maxWaitingBytes
        ? new IngestOverloadedError()
        : undefined;
    if (refusal !== undefined) {
      countFailure(message);
      if (message.qos === 0 && !closing) dropLog.add();
      done(refusal, null);
      return;
    }
    const decoded = decode(message, readTopic);
    // Items of a message without times of their own have each taken one microsecond.
    clock.advance(message.receivedAt + decoded.readings.length + decoded.rejections.length);
    queue.push({ message, decoded, rejections: decoded.rejections, stored: 0, duplicates: 0, done });
    waitingBytes += cost(message);
    waiting += 1;
    running ??= run();
  }

  async function run(): Promise<void> {
    // What the sockets hold at this moment is read before the batch is closed.
    await setImmediate();
    while (queue.length > 0) {
      const batch = takeBatch(queue, limits);
      queue = queue.slice(batch.length);
      await writeAndAcknowledge(batch);
    }
    running = undefined;
  }

  async function writeAndAcknowledge(batch: readonly Submission[]): Promise<void> {
    const rows = await writeUntilDone(batch);
    if (rows === undefined) {
      for (const { message } of batch) countFailure(message);
    } else {
      count(batch, rows.length);
      tellCommitted(rows, batch);
    }
    const error = rows === undefined ? new IngestClosedError() : null;
    // All in one tick: the acknowledgements of one client then leave in one write.
    for (const submission of batch) {
      waitingBytes -= cost(submission.message);
      waiting -= 1;
      acknowledge(submission, error);
    }
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
      submission.done(error, submission);
    } catch (failure) {
      log.error({ err: failure }, 'an acknowledgement failed');
    }
  }

  /** `undefined` when the service stops before the database takes the batch. */
  async function writeUntilDone(batch: readonly Submission[]): Promise<readonly Row[] | undefined> {
    let delayMs = limits.retryDelayMs;
    for (let attempt = 1; !abandon.signal.aborted; attempt += 1) {
      try {
        return await writer.write(batch, attempt > 1);
      } catch (error) {
        counters.batches_retried += 1;
        // What does not pass by itself needs the owner: readings wait behind it, unacknowledged.
        const level = attempt < ATTEMPTS_BEFORE_ERROR ? 'warn' : 'error';
        const facts = { err: error, attempt, messages: batch.length, waiting, delayMs };
        log[level](facts, 'the database did not take a batch; trying again');
        await setTimeout(delayMs, undefined, { signal: abandon.signal }).catch(() => undefined);
        delayMs = Math.min(delayMs * 2, limits.maxRetryDelayMs);
      }
    }
    return undefined;
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

  return {
    submit,
    counters,
    waiting: () => waiting,
    async close() {
      closing = true;
      if (running === undefined) return;
      const drained = new AbortController();
      void setTimeout(limits.drainTimeoutMs, undefined, { signal: drained.signal, ref: false }).then(
        () => abandon.abort(),
        () => undefined,
      );
      // A statement that never returns must not keep the service from stopping; its batch is not acknowledged.
      await Promise.race([running, lastCall(abandon.signal)]);
      drained.abort();
    },
  };
}

function takeBatch(
  queue: readonly Submission[],
  { maxBatchReadings, maxBatchBytes }: IngestLimits,
): readonly Submission[] {
  let readings = 0;
  let bytes = 0;
  let end = 0;
  while (end < queue.length && readings < maxBatchReadings && bytes < maxBatchBytes) {
    const { decoded, message } = queue[end]!;
    // A message without readings still takes a place, or ten thousand rejected ones would be one statement.
    readings += Math.max(1, decoded.readings.length);
    bytes += cost(message);
    end += 1;
  }
  return queue.slice(0, end);
}

function cost({ payload, topic }: Message): number {
  return payload.length + topic.length + MESSAGE_OVERHEAD_BYTES;
}

/** Resolves a second after the signal, which is time enough for all that can still end well. */
async function lastCall(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await setTimeout(LAST_CALL_MS, undefined, { ref: false });
}

function newCounters(): IngestCounters {
  return {
    messages_received: 0,
    messages_acknowledged: 0,
    messages_refused: 0,
    messages_dropped: 0,
    messages_rejected: 0,
    readings_written: 0,
    readings_duplicate: 0,
    batches_written: 0,
    batches_retried: 0,
  };
}
