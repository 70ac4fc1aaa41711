import type { Decoded } from '../telemetry/decode.ts';
import type { Message, Rejection } from '../telemetry/reading.ts';

/**
 * A message on its way from a door to the table. It carries how to acknowledge it, so that whatever came in first,
 * by whichever door, is also answered first.
 */
export interface Submission {
  readonly message: Message;
  readonly decoded: Decoded;
  /** Parts that can't be stored: what decoding refused, and then what series and database refuse. */
  rejections: readonly Rejection[];
  /** Readings that are in the table now, those that were there already included. */
  stored: number;
  /** Those among `stored` that were there already. */
  duplicates: number;
  /** What became of the channel's entry that it is; `null` while that is not known, and for all that are none. */
  entry: 'stored' | 'duplicate' | 'refused' | null;
  /** Whether it is in the spool, and not in the database yet; what becomes of its parts is known later. */
  isSpooled: boolean;
  readonly sender: Sender;
}

/** What a door hands in with a message. */
export interface Sender {
  /** Told at once while nothing can be stored, rather than held until something can. */
  readonly isImpatient?: true;
  /**
   * Called once: without an error after the commit, with one when the message was not stored. The submission tells what
   * became of its parts.
   */
  settled(error: Error | null, submission: Submission | null): void;
}

/** A submission of which nothing is known yet but what it says. */
export function newSubmission(message: Message, decoded: Decoded, sender: Sender): Submission {
  return {
    message,
    decoded,
    rejections: decoded.rejections,
    stored: 0,
    duplicates: 0,
    entry: null,
    isSpooled: false,
    sender,
  };
}

/** Whether the message has come before. */
export function isRedelivery({ message: { receivedAt, firstReceivedAt } }: Submission): boolean {
  return receivedAt !== firstReceivedAt;
}

/** Readings that it takes room for in a batch: a message without any takes one, too, or ten thousand rejected ones would be one statement. */
export function weight({ decoded }: Submission): number {
  return Math.max(1, decoded.readings.length);
}

/** Notes that a part of the message can't be stored. */
export function reject(submission: Submission, rejection: Rejection): void {
  // Nearly no message has any, so the array of none is shared and never added to.
  submission.rejections = [...submission.rejections, rejection];
}
