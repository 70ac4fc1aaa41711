import { BEYOND, contentStart, fieldEnd, filterViolation, topicViolation } from './text-rules.ts';

const PUBLISH = 3;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const DUP = 0x08;
const PACKET_ID_BYTES = 2;
const MAX_QOS = 2;

/** What a client may send behind CONNECT, by type. */
interface Kind {
  readonly name: string;
  /** The lower half of the first byte; those of PUBLISH mean something. */
  readonly flags: number | 'meant';
  /** The clause about the flags, where the type has one of its own. */
  readonly clause?: string;
  /** Bytes of the body. */
  readonly length?: number;
}

const KINDS: Readonly<Partial<Record<number, Kind>>> = {
  3: { name: 'PUBLISH', flags: 'meant' },
  4: { name: 'PUBACK', flags: 0, length: 2 },
  5: { name: 'PUBREC', flags: 0, length: 2 },
  6: { name: 'PUBREL', flags: 2, clause: 'MQTT-3.6.1-1', length: 2 },
  7: { name: 'PUBCOMP', flags: 0, length: 2 },
  8: { name: 'SUBSCRIBE', flags: 2, clause: 'MQTT-3.8.1-1' },
  10: { name: 'UNSUBSCRIBE', flags: 2, clause: 'MQTT-3.10.1-1' },
  12: { name: 'PINGREQ', flags: 0, length: 0 },
  14: { name: 'DISCONNECT', flags: 0, clause: 'MQTT-3.14.1-1', length: 0 },
};

/**
 * Which rule of MQTT 3.1.1 a packet that comes behind CONNECT violates. Every such packet ends the connection
 * [MQTT-4.8.0-1]; what passes here is safe to be handed on to a parser.
 * @param start of the packet, `bodyStart` of what is behind its fixed header, `end` behind its last byte
 */
export function packetViolation(bytes: Buffer, start: number, bodyStart: number, end: number): string | null {
  const type = bytes[start]! >> 4;
  const flags = bytes[start]! & 0x0f;
  if (type === 1) return '[MQTT-3.1.0-2] a second CONNECT';
  const kind = KINDS[type];
  if (kind === undefined) return `[MQTT-4.8.0-1] no client sends packets of type ${type}`;
  if (kind.flags !== 'meant' && flags !== kind.flags) {
    return `[MQTT-2.2.2-2]${kind.clause === undefined ? '' : `, [${kind.clause}]`} the flags of ${kind.name} are wrong`;
  }
  if (kind.length !== undefined && end - bodyStart !== kind.length) {
    return `[MQTT-4.8.0-1] the body of ${kind.name} is not of ${kind.length} bytes`;
  }
  if (type === PUBLISH) return publishViolation(flags, bytes, bodyStart, end);
  if (kind.length === 0) return null;
  return (
    packetIdViolation(bytes, bodyStart, end) ??
    (type === SUBSCRIBE || type === UNSUBSCRIBE ? filtersViolation(type, bytes, bodyStart, end) : null)
  );
}

function publishViolation(flags: number, bytes: Buffer, bodyStart: number, end: number): string | null {
  const qos = (flags >> 1) & 3;
  if (qos > MAX_QOS) return '[MQTT-3.3.1-4] both QoS bits of PUBLISH are set';
  if (qos === 0 && (flags & DUP) !== 0) return '[MQTT-3.3.1-2] DUP is set at QoS 0';
  const topicEnd = fieldEnd(bytes, bodyStart, end);
  if (topicEnd === BEYOND) return '[MQTT-3.3.2-1] the topic goes beyond its PUBLISH';
  return (
    topicViolation(bytes, contentStart(bodyStart), topicEnd, 'MQTT-3.3.2-1') ??
    (qos === 0 ? null : packetIdViolation(bytes, topicEnd, end))
  );
}

function packetIdViolation(bytes: Buffer, at: number, end: number): string | null {
  if (at + PACKET_ID_BYTES > end) return '[MQTT-4.8.0-1] the packet ends within its identifier';
  return bytes[at] === 0 && bytes[at + 1] === 0 ? '[MQTT-2.3.1-1] the packet identifier is 0' : null;
}

function filtersViolation(
  type: typeof SUBSCRIBE | typeof UNSUBSCRIBE,
  bytes: Buffer,
  bodyStart: number,
  end: number,
): string | null {
  const form = type === SUBSCRIBE ? 'MQTT-3.8.3-1' : 'MQTT-3.10.3-1';
  let at = bodyStart + PACKET_ID_BYTES;
  if (at === end) {
    return type === SUBSCRIBE
      ? '[MQTT-3.8.3-3] SUBSCRIBE without a topic filter'
      : '[MQTT-3.10.3-2] UNSUBSCRIBE without a topic filter';
  }
  while (at < end) {
    const filterEnd = fieldEnd(bytes, at, end);
    if (filterEnd === BEYOND) return '[MQTT-4.8.0-1] a topic filter goes beyond its packet';
    const violation = filterViolation(bytes, contentStart(at), filterEnd, form);
    if (violation !== null) return violation;
    at = filterEnd;
    if (type === UNSUBSCRIBE) continue;
    if (at === end) return '[MQTT-4.8.0-1] a topic filter without its QoS';
    if (bytes[at]! > MAX_QOS) return '[MQTT-3.8.3-4] a requested QoS is none, or bits beside it are set';
    at += 1;
  }
  return null;
}
