const EMPTY = Buffer.alloc(0);
const LENGTH_BITS = 7;
const MAX_LENGTH_BYTES = 4;

/** What {@link PacketCursor.next} found. */
export type Found = 'packet' | 'incomplete' | 'too-long' | 'malformed';

/**
 * Cuts what a socket reads into MQTT packets without copying: it moves from one to the next, and tells where in `bytes`
 * the present one is. Bytes that were given out are never written to again, so a view of them may be kept. A packet
 * that comes in pieces is collected in a buffer that doubles: each byte is copied a few times at most, however small
 * the pieces.
 */
export class PacketCursor {
  bytes: Buffer = EMPTY;
  /** The packet's first byte; flags are in its lower half. */
  start = 0;
  /** Behind the fixed header. */
  bodyStart = 0;
  /** Behind the packet's last byte. */
  end = 0;
  /** How much of `bytes` was read from the socket; the rest is room. */
  #filled = 0;

  /** Adds what the socket has read. */
  push(chunk: Buffer): void {
    const left = this.bytesAhead;
    if (left === 0) {
      this.bytes = chunk;
      this.#filled = chunk.length;
      this.end = 0;
      return;
    }
    if (this.#filled + chunk.length > this.bytes.length) {
      const roomier = Buffer.allocUnsafe(Math.max(left + chunk.length, 2 * left));
      this.bytes.copy(roomier, 0, this.end, this.#filled);
      this.bytes = roomier;
      this.#filled = left;
      this.end = 0;
    }
    this.#filled += chunk.copy(this.bytes, this.#filled);
  }

  /** Bytes behind the present packet. */
  get bytesAhead(): number {
    return this.#filled - this.end;
  }

  /** Keeps what is left of a chunk, and not all of the chunk until the packet that ends it is whole. */
  trim(): void {
    const left = this.bytesAhead;
    // What was made to collect a packet has room for as much again.
    if (this.bytes.length <= 2 * left) return;
    const kept = Buffer.allocUnsafeSlow(left);
    this.bytes.copy(kept, 0, this.end, this.#filled);
    this.bytes = kept;
    this.#filled = left;
    this.end = 0;
  }

  /** The first byte of the next packet, if it has come. */
  peek(): number | undefined {
    return this.bytesAhead > 0 ? this.bytes[this.end] : undefined;
  }

  /**
   * Moves to the next packet.
   * @param maxBytes of a packet behind its fixed header; a longer one is refused as soon as it is announced
   */
  next(maxBytes: number): Found {
    const start = this.end;
    if (start === this.#filled) {
      // Whoever is silent for hours should not hold on to what it sent last.
      this.bytes = EMPTY;
      this.#filled = 0;
      this.end = 0;
      return 'incomplete';
    }
    let at = start + 1;
    let length = 0;
    // The remaining length: seven bits a byte, least significant first, the eighth says that more follow [MQTT-2.2.3].
    for (let shift = 0; ; shift += LENGTH_BITS) {
      if (shift === MAX_LENGTH_BYTES * LENGTH_BITS) return 'malformed';
      if (at >= this.#filled) return 'incomplete';
      const byte = this.bytes[at++]!;
      length |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (length > maxBytes) return 'too-long';
    if (at + length > this.#filled) return 'incomplete';
    this.start = start;
    this.bodyStart = at;
    this.end = at + length;
    return 'packet';
  }
}
