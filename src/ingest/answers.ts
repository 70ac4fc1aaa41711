import type { Logger } from 'pino';
import type { Message } from '../telemetry/reading.ts';
import { type IngestCounters, newCounters } from './counters.ts';
import { createDropLog } from './drop-log.ts';
import { IngestClosedError } from './errors.ts';
import { type IngestObserver, NO_OBSERVER } from './observer.ts';
import type { Row } from './rows.ts';
import type { Outcome } from './storing.ts';
import type { Submission } from './submission.ts';

/** Tells senders, and whoever listens to commits, what became of messages; and counts it. */
export interface Answers {
  readonly counters: IngestCounters;
  /** How many parts of messages were rejected since the start, by reason. */
  readonly rejections: ReadonlyMap<string, number>;
  settle(some: readonly Submission[], outcome: Outcome): void;
  /** Counts a message that was not stored. */
  refused(message: Message, error: Error): void;
  /** Messages that had been acknowledged from the spool are in the database now. */
  written(batch: readonly Submission[], rows: readonly Row[]): void;
}

export interface AnswersParts {
  readonly log: Logger;
  readonly observer?: IngestObserver;
  /** Called after each commit and before its acknowledgements, with the rows that are new. */
  readonly onCommitted: (rows: readonly Row[], batch: readonly Submission[]) => void;
  /** Called with messages that are in the spool now, before their acknowledgements. */
  readonly onSpooled: (batch: readonly Submission[]) => void;
}

export function createAnswers(parts: AnswersParts): Answers {
  const { log, observer = NO_OBSERVER, onCommitted, onSpooled } = parts;
  const counters = newCounters();
  const rejections = new Map<string, number>();
  const dropLog = createDropLog(log);

  function written(batch: readonly Submission[], rows: readonly Row[]): void {
    counters.batches_written += 1;
    counters.readings_written += rows.length;
    for (const { duplicates, rejections: theirs } of batch) {
      counters.readings_duplicate += duplicates;
      if (theirs.length > 0) counters.messages_rejected += 1;
      for (const { reason } of theirs) rejections.set(reason, (rejections.get(reason) ?? 0) + 1);
    }
    tell(() => onCommitted(rows, batch));
  }

  function spooled(some: readonly Submission[]): void {
    for (const submission of some) submission.isSpooled = true;
    tell(() => onSpooled(some));
  }

  // Whoever waits for a batch must not be able to stop the batches behind it.
  function tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      log.error({ err: error }, 'what follows storing failed; the readings are stored');
    }
  }

  function refused({ qos }: Message, error: Error): void {
    if (qos > 0) {
      counters.messages_refused += 1;
      return;
    }
    counters.messages_dropped += 1;
    if (!(error instanceof IngestClosedError)) dropLog.add();
  }

  function acknowledge(submission: Submission, error: Error | null): void {
    try {
      submission.sender.settled(error, submission);
    } catch (failure) {
      log.error({ err: failure }, 'an acknowledgement failed');
    }
  }

  return {
    counters,
    rejections,
    refused,
    written,
    settle(some, outcome) {
      const error = 'error' in outcome ? outcome.error : null;
      if (error !== null) for (const { message } of some) refused(message, error);
      else counters.messages_acknowledged += some.length;
      if ('rows' in outcome) written(some, outcome.rows);
      else if ('spooled' in outcome) spooled(some);
      // All in one tick: the acknowledgements of one client then leave in one write.
      const now = Date.now();
      for (const submission of some) {
        acknowledge(submission, error);
        if (error === null)
          observer.acknowledged(Math.max(0, now / 1000 - submission.message.receivedAt / 1e6));
      }
    },
  };
}
