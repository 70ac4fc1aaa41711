const PUBACK = 0x40;
const BODY_BYTES = 2;
const PACKET_BYTES = 4;

/** The acknowledgements of one connection that fall due in one tick: those of a batch leave in one write. */
export class PubackBatch {
  readonly #write: (packets: Buffer) => void;
  #packetIds: number[] = [];

  constructor(write: (packets: Buffer) => void) {
    this.#write = write;
  }

  /** Sends it at the end of this tick. */
  add(packetId: number): void {
    if (this.#packetIds.push(packetId) === 1) queueMicrotask(() => this.#send());
  }

  #send(): void {
    const packetIds = this.#packetIds;
    this.#packetIds = [];
    this.#write(encodePubacks(packetIds));
  }
}

/** PUBACK for each of the packet identifiers, in their order. */
function encodePubacks(packetIds: readonly number[]): Buffer {
  const packets = Buffer.allocUnsafe(packetIds.length * PACKET_BYTES);
  let at = 0;
  for (const packetId of packetIds) {
    packets[at] = PUBACK;
    packets[at + 1] = BODY_BYTES;
    packets[at + 2] = packetId >> 8;
    packets[at + 3] = packetId & 0xff;
    at += PACKET_BYTES;
  }
  return packets;
}
