import { isUtf8 } from 'node:buffer';

/** A field, its two bytes of length first, that goes beyond its packet. */
export const BEYOND = -1;

const LENGTH_BYTES = 2;
const NUL = 0;
const SLASH = 0x2f;
const HASH = 0x23;
const PLUS = 0x2b;

/**
 * @param at where the field's length stands
 * @param end behind the packet's last byte
 * @returns where the next field begins, or {@link BEYOND}
 */
export function fieldEnd(bytes: Buffer, at: number, end: number): number {
  if (at + LENGTH_BYTES > end) return BEYOND;
  const after = at + LENGTH_BYTES + ((bytes[at]! << 8) | bytes[at + 1]!);
  return after > end ? BEYOND : after;
}

/** Where a field's content begins. */
export function contentStart(at: number): number {
  return at + LENGTH_BYTES;
}

/**
 * Which rule for texts the bytes from `start` to `end` violate.
 * @param clause that says it of this text
 */
export function textViolation(bytes: Buffer, start: number, end: number, clause: string): string | null {
  const text = bytes.subarray(start, end);
  // Surrogates and overlong forms are none: what is hidden in those no search would find.
  if (!isUtf8(text)) return `[MQTT-1.5.3-1], [${clause}] a text is not well-formed UTF-8`;
  return text.includes(NUL) ? '[MQTT-1.5.3-2] a text holds NUL' : null;
}

/** Which rule for topics of messages they violate. */
export function topicViolation(bytes: Buffer, start: number, end: number, clause: string): string | null {
  if (start === end) return '[MQTT-4.7.3-1] a topic is empty';
  const topic = bytes.subarray(start, end);
  if (topic.includes(HASH) || topic.includes(PLUS)) {
    return '[MQTT-4.7.1-1], [MQTT-3.3.2-2] the topic of a message holds a wildcard';
  }
  return textViolation(bytes, start, end, clause);
}

/** Which rule for topic filters they violate. All that counts is ASCII, which UTF-8 has nowhere within a character. */
export function filterViolation(bytes: Buffer, start: number, end: number, clause: string): string | null {
  if (start === end) return '[MQTT-4.7.3-1] a topic filter is empty';
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (byte !== HASH && byte !== PLUS) continue;
    const isFirst = at === start || bytes[at - 1] === SLASH;
    const isLast = at + 1 === end;
    if (byte === HASH && !(isFirst && isLast)) {
      return '[MQTT-4.7.1-2] # is not the last level of a topic filter';
    }
    if (byte === PLUS && !(isFirst && (isLast || bytes[at + 1] === SLASH))) {
      return '[MQTT-4.7.1-3] + is not a whole level of a topic filter';
    }
  }
  return textViolation(bytes, start, end, clause);
}
