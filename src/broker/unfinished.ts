/** The bytes of packets that have not come to their end, of all clients. */
export class Unfinished {
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @param before what was counted of the client until now
   * @returns whether there is room for it; if not, what was counted stays as it was
   */
  replace(before: number, after: number): boolean {
    const bytes = this.#bytes - before + after;
    if (after > before && bytes > this.#maxBytes) return false;
    this.#bytes = bytes;
    return true;
  }
}
