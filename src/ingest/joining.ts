import { isRefusedStatement } from '../storage/failure.ts';
import type { Queryable } from '../storage/queryable.ts';
import { decode } from '../telemetry/decode.ts';
import type { Message, Rejection } from '../telemetry/reading.ts';
import type { Answers } from './answers.ts';
import type { ReceiptClock } from './clock.ts';
import type { Row } from './rows.ts';
import { newSubmission, type Submission, weight } from './submission.ts';
import type { Writer } from './writer.ts';

/** A message that is stored beside something else, or why it can't become readings. */
export interface JoinedMessage extends Message {
  /** Known before: it is kept with these, and not looked into. */
  readonly rejections?: readonly Rejection[];
}

/**
 * Messages that a transaction of somebody else's stores, beside what that stores itself: all of it, or nothing. They go by
 * neither queue nor spool, for what they belong to could not go that way.
 */
export interface Joined {
  /** @throws what the database reports; the transaction is not to be committed then */
  write(transaction: Queryable): Promise<void>;
  /** To be called after the commit: counts, and tells who listens to commits. */
  committed(): void;
  /** To be called when there was none. */
  failed(): void;
}

export type Joining = (messages: readonly JoinedMessage[]) => Joined;

export interface JoiningParts {
  readonly writer: Writer;
  readonly answers: Answers;
  readonly clock: ReceiptClock;
}

/** How many readings go into one statement. */
const MOST_READINGS = 5_000;

export function createJoining({ writer, answers, clock }: JoiningParts): Joining {
  return (messages) => {
    const batch = messages.map((message) => toSubmission(message));
    const rows: Row[] = [];
    const { counters } = answers;
    for (const { message, decoded } of batch) clock.advance(message.receivedAt + decoded.readings.length);
    return {
      async write(transaction) {
        // It may be called again, for another transaction.
        rows.length = 0;
        const attempt = { isRetry: false, isAbandoned: false, transaction: inSavepoints(transaction) };
        for (const part of inParts(batch)) rows.push(...(await writer.write(part, attempt)));
      },
      committed() {
        counters.messages_received += batch.length;
        counters.messages_stored += batch.length;
        counters.messages_acknowledged += batch.length;
        answers.written(batch, rows);
      },
      failed() {
        counters.messages_received += batch.length;
        counters.messages_refused += batch.length;
      },
    };
  };
}

function toSubmission(message: JoinedMessage): Submission {
  const { rejections } = message;
  const decoded =
    rejections === undefined ? decode(message) : { station: null, readings: [], rejections, status: null };
  return newSubmission(message, decoded, NOBODY);
}

/** Whoever commits the transaction tells them. */
const NOBODY = { settled: () => undefined };

function inParts(batch: readonly Submission[]): readonly (readonly Submission[])[] {
  const parts: Submission[][] = [];
  let room = 0;
  for (const submission of batch) {
    room -= weight(submission);
    if (room < 0 || parts.length === 0) {
      parts.push([]);
      room = MOST_READINGS - weight(submission);
    }
    parts.at(-1)!.push(submission);
  }
  return parts;
}

/** A statement that is refused would take the whole transaction with it, and the writer has some refused on purpose. */
function inSavepoints(transaction: Queryable): Queryable {
  return {
    async query(query) {
      await transaction.query({ text: 'SAVEPOINT step' });
      const result = await transaction.query<never>(query).catch(async (error: unknown) => {
        // After any other error nobody knows what has become of it, or the connection is gone.
        if (isRefusedStatement(error)) await transaction.query({ text: 'ROLLBACK TO SAVEPOINT step' });
        throw error;
      });
      await transaction.query({ text: 'RELEASE SAVEPOINT step' });
      return result;
    },
  };
}
