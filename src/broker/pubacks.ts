const PUBACK = 0x40;
const BODY_BYTES = 2;
const PACKET_BYTES = 4;

/** PUBACK for each of the packet identifiers, in their order. */
export function encodePubacks(packetIds: readonly number[]): Buffer {
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
