/**
 * How much of something may be used a second: what is not used is saved up, for one second at most. More may be taken than
 * there is; then one has to wait until it has come in.
 */
export class TokenBucket {
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds, of a clock that does not jump */
  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAt = now;
  }

  take(count: number, now: number): void {
    this.#fill(now);
    this.#tokens -= count;
  }

  /** Takes one if there is one. */
  tryTake(now: number): boolean {
    this.#fill(now);
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** How long it takes until what was taken too much has come in, in milliseconds; 0 for not at all. */
  waitMs(now: number): number {
    this.#fill(now);
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1000;
  }

  isFull(now: number): boolean {
    this.#fill(now);
    return this.#tokens === this.#perSecond;
  }

  #fill(now: number): void {
    const gained = ((now - this.#filledAt) / 1000) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + gained);
    this.#filledAt = now;
  }
}
