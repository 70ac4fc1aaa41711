/** A message without what belongs to a single delivery of it. */
export interface StoredMessage {
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: 0 | 1 | 2;
}

/**
 * The keys of the store. Their first parts are in the order in which they must be read: what belongs to a session comes
 * behind it, and what is queued behind the message. Sessions and messages are numbered, and keep their order.
 */
export const keys = {
  session: (session: number): string => `client/${digits(session)}`,
  filter: (session: number, filter: string): string => `filter/${digits(session)}/${filter}`,
  message: (message: number): string => `message/${digits(message)}`,
  open: (session: number, packetId: number): string => `open/${digits(session)}/${digits(packetId)}`,
  queued: (session: number, message: number): string => `queue/${digits(session)}/${digits(message)}`,
  retained: (topic: string): string => `retained/${topic}`,
};

/** A key taken apart; the last part is whatever stands behind the one before. */
export interface KeyParts {
  readonly kind: string;
  readonly number: number;
  readonly rest: string;
}

export function parseKey(key: string): KeyParts {
  const kind = key.slice(0, key.indexOf('/'));
  const rest = key.slice(kind.length + 1);
  if (kind === 'retained') return { kind, number: 0, rest };
  return { kind, number: Number.parseInt(rest.slice(0, DIGITS), 16), rest: rest.slice(DIGITS + 1) };
}

export function parseDigits(text: string): number {
  return Number.parseInt(text, 16);
}

/** A line of JSON, and the payload behind it. */
export function encodeMessage({ topic, payload, qos }: StoredMessage): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ topic, qos })}\n`), Buffer.from(payload)]);
}

/** @returns `undefined` for what is no such message */
export function decodeMessage(bytes: Buffer): StoredMessage | undefined {
  const end = bytes.indexOf('\n');
  const { topic, qos } = decodeObject(bytes.subarray(0, Math.max(end, 0)));
  if (typeof topic !== 'string' || (qos !== 0 && qos !== 1 && qos !== 2)) return undefined;
  return { topic, qos, payload: bytes.subarray(end + 1) };
}

export function encodeObject(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** @returns an empty object for what is none */
export function decodeObject(bytes: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(bytes.toString());
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

const DIGITS = 12;

function digits(number: number): string {
  return number.toString(16).padStart(DIGITS, '0');
}
