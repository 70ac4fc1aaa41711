import { isUtf8 } from 'node:buffer';

const PUBLISH = 0x3;
const RETAIN = 0x01;
const DUP = 0x08;
/** What stands in a decoded text for bytes that are not well-formed UTF-8. */
const REPLACEMENT = '\u{FFFD}';

/** A PUBLISH of QoS 0 or 1, as it stands in the bytes of its packet [MQTT-3.3]. */
export interface PublishFields {
  readonly topic: string;
  /** A view of the packet's bytes. */
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly dup: boolean;
  /** 0 at QoS 0, which has none. */
  readonly packetId: number;
}

/**
 * Reads the packet that begins at `start`, if it is a PUBLISH of QoS 0 or 1: nearly all that stations send.
 * @param bodyStart where its variable header begins
 * @param end behind its last byte
 * @returns `'other'` for what is Aedes' to answer; wildcards and NUL in a topic are looked for where topics are remembered
 */
export function readPublish(
  bytes: Buffer,
  start: number,
  bodyStart: number,
  end: number,
): PublishFields | 'malformed' | 'other' {
  const first = bytes[start]!;
  const qos = (first >> 1) & 3;
  if (first >> 4 !== PUBLISH || (qos !== 0 && qos !== 1)) return 'other';
  // DUP means nothing at QoS 0, and must not be set [MQTT-3.3.1-2].
  if (qos === 0 && (first & DUP) !== 0) return 'malformed';
  const topicStart = bodyStart + 2;
  if (topicStart > end) return 'malformed';
  const topicEnd = topicStart + ((bytes[bodyStart]! << 8) | bytes[bodyStart + 1]!);
  const payloadStart = topicEnd + (qos === 0 ? 0 : 2);
  // A topic has at least one character [MQTT-4.7.3-1].
  if (topicEnd === topicStart || payloadStart > end) return 'malformed';
  const packetId = qos === 0 ? 0 : (bytes[topicEnd]! << 8) | bytes[topicEnd + 1]!;
  // Not allowed [MQTT-2.3.1-1].
  if (qos === 1 && packetId === 0) return 'malformed';
  const topic = bytes.toString('utf8', topicStart, topicEnd);
  // [MQTT-1.5.3-1]; a client may also have written that character itself. To look for it in ASCII costs nothing.
  if (topic.includes(REPLACEMENT) && !isUtf8(bytes.subarray(topicStart, topicEnd))) return 'malformed';
  return {
    topic,
    payload: bytes.subarray(payloadStart, end),
    qos,
    retain: (first & RETAIN) !== 0,
    dup: (first & DUP) !== 0,
    packetId,
  };
}
