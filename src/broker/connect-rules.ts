import { BEYOND, contentStart, fieldEnd, textViolation, topicViolation } from './text-rules.ts';

/**
 * Longest client identifier, in bytes. A server must take 23 [MQTT-3.1.3-5]; UUIDs, host names and the names of
 * bridges are within this. It is the key of a session, kept as long as the session is: each one may be of a stranger.
 */
export const MAX_CLIENT_ID_BYTES = 256;

const UNACCEPTABLE_PROTOCOL = 1;
const IDENTIFIER_REJECTED = 2;

/** Why a client is not let in. */
export interface Refusal {
  /** Of the CONNACK that says so; `null` where none may be sent [MQTT-3.1.4-1]. */
  readonly returnCode: typeof UNACCEPTABLE_PROTOCOL | typeof IDENTIFIER_REJECTED | null;
  readonly reason: string;
}

/** Protocol level, flags, and two bytes of keepalive. */
const FIXED_BYTES = 4;
/** Set in the level by Mosquitto's bridges, to be given messages with RETAIN as it was, and none of their own. */
const BRIDGE = 0x80;
const RESERVED = 0x01;
const CLEAN_SESSION = 0x02;
const WILL = 0x04;
const WILL_QOS = 0x18;
const WILL_RETAIN = 0x20;
const PASSWORD = 0x40;
const USER_NAME = 0x80;

type Rule = (bytes: Buffer, start: number, end: number, clause: string) => string | null;

/** The fields of the payload, in their order [MQTT-3.1.3-1], with the flag that announces them. */
const FIELDS: readonly {
  readonly name: string;
  readonly flag: number;
  /** The clause that wants it to be there. */
  readonly presence: string;
  readonly rule: Rule;
  /** The clause that says what it is. */
  readonly form: string;
}[] = [
  { name: 'client identifier', flag: 0, presence: 'MQTT-3.1.3-3', rule: textViolation, form: 'MQTT-3.1.3-4' },
  {
    name: "last will's topic",
    flag: WILL,
    presence: 'MQTT-3.1.2-9',
    rule: topicViolation,
    form: 'MQTT-3.1.3-10',
  },
  { name: "last will's message", flag: WILL, presence: 'MQTT-3.1.2-9', rule: anything, form: '' },
  {
    name: 'user name',
    flag: USER_NAME,
    presence: 'MQTT-3.1.2-19',
    rule: textViolation,
    form: 'MQTT-3.1.3-11',
  },
  { name: 'password', flag: PASSWORD, presence: 'MQTT-3.1.2-21', rule: anything, form: '' },
];

/**
 * Whether, and how, a CONNECT is to be refused for what it is: for all but who the client is.
 * @param bodyStart of what is behind its fixed header, `end` behind its last byte
 */
export function refuseConnect(bytes: Buffer, bodyStart: number, end: number): Refusal | null {
  const nameEnd = fieldEnd(bytes, bodyStart, end);
  if (nameEnd === BEYOND) return malformed('[MQTT-3.1.2-1] no protocol is named');
  const supportedLevel = levelOf(bytes.toString('latin1', contentStart(bodyStart), nameEnd));
  if (supportedLevel === undefined) return malformed('[MQTT-3.1.2-1] the protocol is not MQTT');
  if (nameEnd === end) return malformed('[MQTT-3.1.4-1] CONNECT ends before its protocol level');
  // Before all else: CONNECT of another version may hold other fields.
  if ((bytes[nameEnd]! & ~BRIDGE) !== supportedLevel) {
    const reason = `[MQTT-3.1.2-2] protocol level ${bytes[nameEnd]} is not spoken here`;
    return { returnCode: UNACCEPTABLE_PROTOCOL, reason };
  }
  const payloadStart = nameEnd + FIXED_BYTES;
  if (payloadStart > end) return malformed('[MQTT-3.1.4-1] CONNECT ends before its payload');
  const flags = bytes[nameEnd + 1]!;
  const violation = flagsViolation(flags) ?? fieldsViolation(flags, bytes, payloadStart, end);
  return violation === null ? refuseClientId(flags, bytes, payloadStart, end) : malformed(violation);
}

/** The level of MQTT 3.1.1, and of 3.1, which had another name. */
function levelOf(protocol: string): number | undefined {
  if (protocol === 'MQTT') return 4;
  return protocol === 'MQIsdp' ? 3 : undefined;
}

function flagsViolation(flags: number): string | null {
  if ((flags & RESERVED) !== 0) return '[MQTT-3.1.2-3] the reserved flag is set';
  if ((flags & WILL) === 0) {
    if ((flags & WILL_QOS) !== 0) return '[MQTT-3.1.2-11], [MQTT-3.1.2-13] the QoS of no last will';
    if ((flags & WILL_RETAIN) !== 0) return '[MQTT-3.1.2-11], [MQTT-3.1.2-15] no last will is retained';
  }
  if ((flags & WILL_QOS) === WILL_QOS) return '[MQTT-3.1.2-14] the QoS of the last will is 3';
  if ((flags & PASSWORD) !== 0 && (flags & USER_NAME) === 0) {
    return '[MQTT-3.1.2-22] a password without a user name';
  }
  return null;
}

function fieldsViolation(flags: number, bytes: Buffer, start: number, end: number): string | null {
  let at = start;
  for (const { name, flag, presence, rule, form } of FIELDS) {
    if ((flags & flag) !== flag) continue;
    const after = fieldEnd(bytes, at, end);
    if (after === BEYOND) return `[${presence}] the ${name} is missing, or goes beyond the packet`;
    const violation = rule(bytes, contentStart(at), after, form);
    if (violation !== null) return `${violation}: the ${name}`;
    at = after;
  }
  // Fields of a last will, a user name, a password.
  return at === end
    ? null
    : '[MQTT-3.1.2-11], [MQTT-3.1.2-18], [MQTT-3.1.2-20] more follows than the flags announce';
}

function refuseClientId(flags: number, bytes: Buffer, at: number, end: number): Refusal | null {
  const length = fieldEnd(bytes, at, end) - contentStart(at);
  if (length === 0 && (flags & CLEAN_SESSION) === 0) {
    return rejected('[MQTT-3.1.3-7], [MQTT-3.1.3-8] a session without a client identifier');
  }
  return length > MAX_CLIENT_ID_BYTES
    ? rejected(`[MQTT-3.1.3-9] a client identifier of more than ${MAX_CLIENT_ID_BYTES} bytes`)
    : null;
}

function malformed(reason: string): Refusal {
  return { returnCode: null, reason };
}

function rejected(reason: string): Refusal {
  return { returnCode: IDENTIFIER_REJECTED, reason };
}

function anything(): null {
  return null;
}
