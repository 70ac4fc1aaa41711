import type { Micros } from '../telemetry/reading.ts';

/** Less is no step: a burst of messages takes more microseconds than there are. */
const STEP_BACK: Micros = 1_000_000;

/** Times of receipt: strictly increasing, so that no two messages share one. */
export interface ReceiptClock {
  /** The present, or one microsecond after the last time given, whichever is later. */
  now(): Micros;
  /** By how much times of receipt are ahead of the machine's clock, in milliseconds; 0 unless that has stepped back. */
  aheadMs(): number;
  /** Makes the next time come after `time`; a message with several items uses one microsecond for each. */
  advance(time: Micros): void;
}

/**
 * Readings without a time of their own are keyed by their time of receipt, so two of them must never get the same
 * one: equal values would collapse into one row although both were acknowledged. Should the machine's clock step
 * back, times go on from the last one until it has caught up.
 * @param milliseconds the machine's clock, e.g. `Date.now`
 * @param onStepBack is told once each time, with how many milliseconds times of receipt are ahead of the clock
 */
export function createReceiptClock(
  milliseconds: () => number,
  onStepBack: (aheadMs: number) => void = () => {},
): ReceiptClock {
  let last = 0;
  let isAhead = false;
  return {
    now() {
      const present = Math.floor(milliseconds() * 1000);
      if (present < last - STEP_BACK !== isAhead) {
        isAhead = !isAhead;
        if (isAhead) onStepBack(Math.round((last - present) / 1000));
      }
      last = Math.max(present, last + 1);
      return last;
    },
    aheadMs() {
      const ahead = last - Math.floor(milliseconds() * 1000);
      return ahead > STEP_BACK ? Math.round(ahead / 1000) : 0;
    },
    advance(time) {
      if (time > last) last = time;
    },
  };
}
