import type { Message } from '../telemetry/reading.ts';
import { isRedelivery, type Submission, weight } from './submission.ts';

/** What a message costs while it is here, beside its topic and payload, roughly. */
const MESSAGE_OVERHEAD_BYTES = 512;

/** The messages that wait for a batch, in the order in which they came, and those that wait for its commit. */
export interface Queue {
  push(submission: Submission): void;
  /** The messages that came first, as many as go into one statement; a message is never split. */
  takeBatch(): readonly Submission[];
  /** Notes that the messages are about to be answered. */
  settled(batch: readonly Submission[]): void;
  /** Readings that wait for a batch; a message without any counts as one. */
  waitingReadings(): number;
  /** Whether a message that waits for a batch has come before. */
  holdsRedelivery(): boolean;
  /** Messages that wait for a batch or for its commit. */
  unsettled(): number;
  /** What these take in memory, in bytes, roughly. */
  unsettledBytes(): number;
}

export interface BatchLimits {
  /** How many readings go into one statement. */
  readonly maxBatchReadings: number;
  /** The same for payload bytes: rejected messages are stored with theirs. */
  readonly maxBatchBytes: number;
}

export function createQueue({ maxBatchReadings, maxBatchBytes }: BatchLimits): Queue {
  let waiting: Submission[] = [];
  let waitingReadings = 0;
  let redeliveries = 0;
  let unsettled = 0;
  let unsettledBytes = 0;
  return {
    push(submission) {
      waiting.push(submission);
      waitingReadings += weight(submission);
      if (isRedelivery(submission)) redeliveries += 1;
      unsettled += 1;
      unsettledBytes += cost(submission.message);
    },
    takeBatch() {
      let readings = 0;
      let bytes = 0;
      let end = 0;
      while (end < waiting.length && readings < maxBatchReadings && bytes < maxBatchBytes) {
        const submission = waiting[end]!;
        readings += weight(submission);
        if (isRedelivery(submission)) redeliveries -= 1;
        bytes += cost(submission.message);
        end += 1;
      }
      waitingReadings -= readings;
      const batch = waiting.slice(0, end);
      waiting = waiting.slice(end);
      return batch;
    },
    settled(batch) {
      unsettled -= batch.length;
      for (const { message } of batch) unsettledBytes -= cost(message);
    },
    waitingReadings: () => waitingReadings,
    holdsRedelivery: () => redeliveries > 0,
    unsettled: () => unsettled,
    unsettledBytes: () => unsettledBytes,
  };
}

function cost({ payload, topic }: Message): number {
  return payload.length + topic.length + MESSAGE_OVERHEAD_BYTES;
}
