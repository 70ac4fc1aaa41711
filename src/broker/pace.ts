import { TokenBucket } from '../transport/token-bucket.ts';

export interface PaceLimits {
  /** How many messages a client may send a second; more wait until the second is over. */
  readonly maxMessagesPerSecond: number;
  readonly maxBytesPerSecond: number;
  /** How long a client may go on wanting to send more; then its connection is closed. */
  readonly maxOverPaceMs: number;
}

/**
 * How fast a client sends. Over its limits it is read from more slowly: TCP holds it back, and nothing is lost. One that
 * never slows down is cut off in the end.
 */
export class Pace {
  readonly #messages: TokenBucket;
  readonly #bytes: TokenBucket;
  readonly #maxOverMs: number;
  /** Since when it has had to wait for each of its messages. */
  #overSince: number | undefined;

  /** @param now milliseconds, of a clock that does not jump; as everywhere here */
  constructor(limits: PaceLimits, now: number) {
    this.#messages = new TokenBucket(limits.maxMessagesPerSecond, now);
    this.#bytes = new TokenBucket(limits.maxBytesPerSecond, now);
    this.#maxOverMs = limits.maxOverPaceMs;
  }

  /** @returns how long to read nothing, in milliseconds; 0 within the limits */
  spend(messages: number, bytes: number, now: number): number {
    this.#messages.take(messages, now);
    this.#bytes.take(bytes, now);
    const waitMs = this.waitMs(now);
    if (waitMs === 0) this.#overSince = undefined;
    else this.#overSince ??= now;
    return waitMs;
  }

  waitMs(now: number): number {
    return Math.max(this.#messages.waitMs(now), this.#bytes.waitMs(now));
  }

  /** Whether it has been over its limits for too long. */
  isUnbearable(now: number): boolean {
    return this.#overSince !== undefined && now - this.#overSince > this.#maxOverMs;
  }
}
