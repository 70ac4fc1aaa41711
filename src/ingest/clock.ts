import type { Micros } from '../telemetry/reading.ts';

/** Times of receipt: strictly increasing, so that no two messages share one. */
export interface ReceiptClock {
  /** The present, or one microsecond after the last time given, whichever is later. */
  now(): Micros;
  /** Makes the next time come after `time`; a message with several items uses one microsecond for each. */
  advance(time: Micros): void;
}

/**
 * Readings without a time of their own are keyed by their time of receipt, so two of them must never get the same
 * one: equal values would collapse into one row although both were acknowledged. Should the machine's clock step
 * back, times go on from the last one until it has caught up.
 * @param milliseconds the machine's clock, e.g. `Date.now`
 */
export function createReceiptClock(milliseconds: () => number): ReceiptClock {
  let last = 0;
  return {
    now() {
      last = Math.max(Math.floor(milliseconds() * 1000), last + 1);
      return last;
    },
    advance(time) {
      if (time > last) last = time;
    },
  };
}
