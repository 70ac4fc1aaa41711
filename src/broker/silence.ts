/** A client may be silent for one and a half times the keepalive that it asked for [MQTT-3.1.2-24]. */
const GRACE = 1.5;

/** How long nothing has come from a client. */
export class Silence {
  readonly #maxKeepaliveMs: number;
  #maxMs: number;
  #since: number;

  /**
   * @param maxKeepaliveMs what counts for a client that asks for more, or for none
   * @param now milliseconds, of a clock that does not jump; as everywhere here
   */
  constructor(maxKeepaliveMs: number, now: number) {
    this.#maxKeepaliveMs = maxKeepaliveMs;
    this.#maxMs = maxKeepaliveMs * GRACE;
    this.#since = now;
  }

  /** @param keepaliveSeconds as the client has asked for; 0 asks for none */
  expect(keepaliveSeconds: number): void {
    const asked = keepaliveSeconds === 0 ? Number.POSITIVE_INFINITY : keepaliveSeconds * 1000;
    this.#maxMs = Math.min(asked, this.#maxKeepaliveMs) * GRACE;
  }

  /** Something has come. */
  end(now: number): void {
    this.#since = now;
  }

  isTooLong(now: number): boolean {
    return now - this.#since > this.#maxMs;
  }
}
