const CONNECT = 0x10;
const PUBLISH_QOS_1 = 0x32;
const DUP = 0x08;

/** CONNECT of MQTT 3.1.1 into a session that outlasts its connections, without a keepalive. */
export function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const header = [CONNECT, 12 + id.length, 0, 4, ...Buffer.from('MQTT'), 4, 0, 0, 0, 0, id.length];
  return Buffer.concat([Buffer.from(header), id]);
}

export interface Publish {
  readonly topic: string;
  readonly payload: string;
  readonly packetId: number;
  /** Sets DUP. */
  readonly isRepeated: boolean;
}

export function publishPacket({ topic, payload, packetId, isRepeated }: Publish): Buffer {
  const topicBytes = Buffer.byteLength(topic);
  const length = 2 + topicBytes + 2 + Buffer.byteLength(payload);
  const packet = Buffer.allocUnsafe(5 + length);
  packet[0] = isRepeated ? PUBLISH_QOS_1 | DUP : PUBLISH_QOS_1;
  let end = writeLength(packet, 1, length);
  end = packet.writeUInt16BE(topicBytes, end);
  end += packet.write(topic, end);
  end = packet.writeUInt16BE(packetId, end);
  end += packet.write(payload, end);
  return packet.subarray(0, end);
}

function writeLength(packet: Buffer, at: number, length: number): number {
  let end = at;
  for (let rest = length; ; rest >>= 7) {
    if (rest < 0x80) {
      packet[end++] = rest;
      return end;
    }
    packet[end++] = (rest & 0x7f) | 0x80;
  }
}
