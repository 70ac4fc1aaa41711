/** A packet that breaks MQTT 3.1.1, and what it must come to. */
export interface MalformedPacket {
  /** The normative statement that it violates, as appendix B of the specification numbers them. */
  readonly clause: string;
  readonly what: string;
  readonly bytes: Uint8Array;
  /** Whether it is the first thing sent on its connection, or comes behind CONNACK. */
  readonly when: 'first' | 'connected';
  /** Closed: without an answer. */
  readonly expect: 'closed' | 'connack-1' | 'connack-2';
}

type Part = string | number | readonly number[] | Uint8Array;

/** A field: its length in two bytes, then its content. */
function field(content: string | readonly number[]): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
}

/** A packet of less than 16 KiB: a string stands for a field, a number for a byte. */
function packet(first: number, ...parts: readonly Part[]): Uint8Array {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string') return field(part);
      return typeof part === 'number' ? Buffer.of(part) : Buffer.from(part);
    }),
  );
  const length = body.length < 0x80 ? [body.length] : [(body.length & 0x7f) | 0x80, body.length >> 7];
  return Buffer.concat([Buffer.of(first, ...length), body]);
}

/** CONNECT of MQTT 3.1.1 with these flags, without a keepalive. */
function connect(flags: number, ...payload: readonly Part[]): Uint8Array {
  return packet(0x10, 'MQTT', 4, flags, 0, 0, ...payload);
}

const CLEAN = 0x02;
const WILL = 0x04;
const PASSWORD = 0x40;
const USER_NAME = 0x80;
const ID = [0, 7];
const TOPIC = 'stations/malformed/t';

/** Each as the bytes of a text. */
const ILL_FORMED: readonly (readonly [string, readonly number[]])[] = [
  ['a byte that UTF-8 does not have', [0x61, 0xff]],
  ['a lone continuation byte', [0x61, 0x80]],
  ['a character that is cut off', [0x61, 0xe2, 0x82]],
  ['a surrogate, U+D800', [0x61, 0xed, 0xa0, 0x80]],
  ['a pair of surrogates', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
  ['an overlong slash', [0x61, 0xc0, 0xaf]],
  ['an overlong NUL', [0x61, 0xc0, 0x80]],
  ['U+110000', [0xf4, 0x90, 0x80, 0x80]],
];
const WITH_NUL: readonly number[] = [0x61, 0x00, 0x62];

type Row = readonly [clause: string, what: string, bytes: Uint8Array];

const FIRST: readonly Row[] = [
  ['MQTT-3.1.0-1', 'PINGREQ before CONNECT', packet(0xc0)],
  ['MQTT-3.1.0-1', 'PUBLISH before CONNECT', packet(0x32, TOPIC, ID, 0x31)],
  ['MQTT-3.1.0-1', 'SUBSCRIBE before CONNECT', packet(0x82, ID, 'a', 0)],
  ['MQTT-3.1.0-1', 'another language', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['MQTT-2.2.2-2', 'flags of CONNECT', Buffer.concat([Buffer.of(0x11), connect(CLEAN, 'c').subarray(1)])],
  ['MQTT-4.8.0-1', 'a remaining length of five bytes', Buffer.of(0x10, 0xff, 0xff, 0xff, 0xff, 0x01)],
  ['MQTT-3.1.2-1', 'a protocol of another name', packet(0x10, 'MQTX', 4, CLEAN, 0, 0, 'c')],
  ['MQTT-3.1.2-1', 'a protocol name in lower case', packet(0x10, 'mqtt', 4, CLEAN, 0, 0, 'c')],
  ['MQTT-3.1.2-1', 'CONNECT without a body', packet(0x10)],
  ['MQTT-3.1.2-1', 'a protocol name that goes beyond CONNECT', packet(0x10, 0, 6, 0x4d, 0x51)],
  ['MQTT-3.1.4-1', 'CONNECT without a protocol level', packet(0x10, 'MQTT')],
  ['MQTT-3.1.4-1', 'CONNECT that ends in its keepalive', packet(0x10, 'MQTT', 4, CLEAN, 0)],
  ['MQTT-3.1.2-3', 'the reserved flag', connect(CLEAN | 0x01, 'c')],
  ['MQTT-3.1.2-13', 'a QoS of no last will', connect(CLEAN | 0x08, 'c')],
  ['MQTT-3.1.2-15', 'RETAIN of no last will', connect(CLEAN | 0x20, 'c')],
  ['MQTT-3.1.2-14', 'a last will of QoS 3', connect(CLEAN | WILL | 0x18, 'c', TOPIC, 'bye')],
  ['MQTT-3.1.2-22', 'a password without a user name', connect(CLEAN | PASSWORD, 'c', 'secret')],
  ['MQTT-3.1.3-3', 'no client identifier', connect(CLEAN)],
  ['MQTT-3.1.3-3', 'a client identifier that goes beyond CONNECT', connect(CLEAN, 0, 9, 0x63)],
  ['MQTT-3.1.2-9', 'a last will without a topic', connect(CLEAN | WILL, 'c')],
  ['MQTT-3.1.2-9', 'a last will without a message', connect(CLEAN | WILL, 'c', TOPIC)],
  ['MQTT-3.1.2-19', 'a user name that is missing', connect(CLEAN | USER_NAME, 'c')],
  ['MQTT-3.1.2-21', 'a password that is missing', connect(CLEAN | USER_NAME | PASSWORD, 'c', 'user')],
  ['MQTT-3.1.2-11', 'a last will that no flag announces', connect(CLEAN, 'c', TOPIC, 'bye')],
  ['MQTT-3.1.2-18', 'a user name that no flag announces', connect(CLEAN, 'c', 'user')],
  ['MQTT-3.1.2-20', 'a password that no flag announces', connect(CLEAN | USER_NAME, 'c', 'user', 'secret')],
  ['MQTT-3.1.2-11', 'a byte behind the payload', connect(CLEAN, 'c', 0)],
  ['MQTT-4.7.1-1', 'a last will on a topic with +', connect(CLEAN | WILL, 'c', 'stations/+/t', 'bye')],
  ['MQTT-4.7.1-1', 'a last will on a topic with #', connect(CLEAN | WILL, 'c', '#', 'bye')],
  ['MQTT-4.7.3-1', 'a last will on an empty topic', connect(CLEAN | WILL, 'c', '', 'bye')],
  ['MQTT-1.5.3-2', 'NUL in a client identifier', connect(CLEAN, field(WITH_NUL))],
  ['MQTT-1.5.3-2', "NUL in a last will's topic", connect(CLEAN | WILL, 'c', field(WITH_NUL), 'bye')],
  ['MQTT-1.5.3-2', 'NUL in a user name', connect(CLEAN | USER_NAME, 'c', field(WITH_NUL))],
  ...ILL_FORMED.flatMap(([what, bytes]): readonly Row[] => [
    ['MQTT-3.1.3-4', `${what} in a client identifier`, connect(CLEAN, field(bytes))],
    ['MQTT-3.1.3-10', `${what} in a last will's topic`, connect(CLEAN | WILL, 'c', field(bytes), 'bye')],
    ['MQTT-3.1.3-11', `${what} in a user name`, connect(CLEAN | USER_NAME, 'c', field(bytes))],
  ]),
];

const UNSPOKEN: readonly Row[] = [
  ...[0, 2, 3, 5, 6, 0x7f, 0x83, 0xff].map(
    (level): Row => [
      'MQTT-3.1.2-2',
      `protocol level ${level}`,
      packet(0x10, 'MQTT', level, CLEAN, 0, 0, 'c'),
    ],
  ),
  ['MQTT-3.1.2-2', 'CONNECT of MQTT 5', packet(0x10, 'MQTT', 5, CLEAN, 0, 0, 5, 0x11, 0, 0, 0, 9, 'c')],
  ['MQTT-3.1.2-2', 'level 4 under the name of 3.1', packet(0x10, 'MQIsdp', 4, CLEAN, 0, 0, 'c')],
];

const NAMELESS: readonly Row[] = [
  ['MQTT-3.1.3-8', 'a session without a client identifier', connect(0, '')],
  ['MQTT-3.1.3-9', 'a client identifier of 257 bytes', connect(CLEAN, 'c'.repeat(257))],
  ['MQTT-3.1.3-9', 'one of 257 bytes in 129 characters', connect(CLEAN, `c${'é'.repeat(128)}`)],
];

/** The types whose flags are reserved, with a right body for each. */
const RESERVED_FLAGS: readonly (readonly [string, string, number, readonly Part[]])[] = [
  ['MQTT-2.2.2-2', 'PUBACK', 0x40, [ID]],
  ['MQTT-2.2.2-2', 'PUBREC', 0x50, [ID]],
  ['MQTT-3.6.1-1', 'PUBREL', 0x62, [ID]],
  ['MQTT-2.2.2-2', 'PUBCOMP', 0x70, [ID]],
  ['MQTT-3.8.1-1', 'SUBSCRIBE', 0x82, [ID, 'a', 0]],
  ['MQTT-3.10.1-1', 'UNSUBSCRIBE', 0xa2, [ID, 'a']],
  ['MQTT-2.2.2-2', 'PINGREQ', 0xc0, []],
  ['MQTT-3.14.1-1', 'DISCONNECT', 0xe0, []],
];

const OF_SERVERS: readonly (readonly [string, number, readonly Part[]])[] = [
  ['type 0', 0x00, []],
  ['CONNACK', 0x20, [0, 0]],
  ['SUBACK', 0x90, [ID, 0]],
  ['UNSUBACK', 0xb0, [ID]],
  ['PINGRESP', 0xd0, []],
  ['type 15', 0xf0, []],
];

const MALFORMED_FILTERS: readonly (readonly [clause: string, filter: string])[] = [
  ['MQTT-4.7.1-2', 'a#'],
  ['MQTT-4.7.1-2', '##'],
  ['MQTT-4.7.1-2', '#/a'],
  ['MQTT-4.7.1-2', 'a/#/b'],
  ['MQTT-4.7.1-2', 'a/b#'],
  ['MQTT-4.7.1-2', '#/'],
  ['MQTT-4.7.1-3', '+#'],
  ['MQTT-4.7.1-3', 'a+'],
  ['MQTT-4.7.1-3', '+a'],
  ['MQTT-4.7.1-3', '++'],
  ['MQTT-4.7.1-3', 'a/+b/c'],
  ['MQTT-4.7.1-3', 'a/b+/c'],
  ['MQTT-4.7.3-1', ''],
];

const SHORT: readonly Row[] = [
  ['MQTT-3.3.2-1', 'PUBLISH without a topic', packet(0x30)],
  ['MQTT-3.3.2-1', 'PUBLISH that ends in the length of its topic', packet(0x32, 0)],
  ['MQTT-3.3.2-1', 'a topic that goes beyond its PUBLISH', packet(0x34, 0, 2, 0x61)],
  ['MQTT-4.8.0-1', 'PUBLISH of QoS 1 that ends in its identifier', packet(0x32, TOPIC, 0)],
  ['MQTT-4.8.0-1', 'PUBLISH of QoS 2 without an identifier', packet(0x34, TOPIC)],
  ['MQTT-4.8.0-1', 'SUBSCRIBE without a body', packet(0x82)],
  ['MQTT-4.8.0-1', 'SUBSCRIBE that ends in its identifier', packet(0x82, 0)],
  ['MQTT-4.8.0-1', 'SUBSCRIBE that ends in the length of a filter', packet(0x82, ID, 0)],
  ['MQTT-4.8.0-1', 'a filter that goes beyond its SUBSCRIBE', packet(0x82, ID, 0, 9, 0x61)],
  ['MQTT-4.8.0-1', 'a filter without its QoS', packet(0x82, ID, 'a', 0, 'b')],
  ['MQTT-4.8.0-1', 'UNSUBSCRIBE without a body', packet(0xa2)],
  ['MQTT-4.8.0-1', 'a filter that goes beyond its UNSUBSCRIBE', packet(0xa2, ID, 'a', 0, 9, 0x61)],
];

const CONNECTED: readonly Row[] = [
  ['MQTT-3.1.0-2', 'a second CONNECT', connect(CLEAN, 'another')],
  ['MQTT-4.8.0-1', 'a remaining length of five bytes', Buffer.of(0x32, 0xff, 0xff, 0xff, 0xff, 0x01)],
  ...RESERVED_FLAGS.flatMap(([clause, name, first, body]) =>
    Array.from({ length: 16 }, (_, flags) => (first & 0xf0) | flags)
      .filter((wrong) => wrong !== first)
      .map((wrong): Row => [clause, `flags ${wrong & 0xf} of ${name}`, packet(wrong, ...body)]),
  ),
  ...OF_SERVERS.map(([name, first, body]): Row => ['MQTT-4.8.0-1', name, packet(first, ...body)]),
  ...RESERVED_FLAGS.slice(0, 4).flatMap(([, name, first]): readonly Row[] => [
    ['MQTT-2.3.1-1', `${name} of the identifier 0`, packet(first, 0, 0)],
    ['MQTT-4.8.0-1', `${name} without a body`, packet(first)],
    ['MQTT-4.8.0-1', `${name} of one byte`, packet(first, 7)],
    ['MQTT-4.8.0-1', `${name} of three bytes`, packet(first, ID, 0)],
  ]),
  ['MQTT-4.8.0-1', 'PINGREQ with a body', packet(0xc0, 0)],
  ['MQTT-4.8.0-1', 'DISCONNECT with a body', packet(0xe0, 0)],
  ...SHORT,
  ['MQTT-2.3.1-1', 'PUBLISH of QoS 1 with the identifier 0', packet(0x32, TOPIC, 0, 0, 0x31)],
  ['MQTT-2.3.1-1', 'PUBLISH of QoS 2 with the identifier 0', packet(0x34, TOPIC, 0, 0, 0x31)],
  ['MQTT-2.3.1-1', 'SUBSCRIBE with the identifier 0', packet(0x82, 0, 0, 'a', 0)],
  ['MQTT-2.3.1-1', 'UNSUBSCRIBE with the identifier 0', packet(0xa2, 0, 0, 'a')],
  ['MQTT-3.3.1-4', 'PUBLISH of QoS 3', packet(0x36, TOPIC, ID, 0x31)],
  ['MQTT-3.3.1-2', 'DUP at QoS 0', packet(0x38, TOPIC, 0x31)],
  ['MQTT-3.3.1-2', 'DUP and RETAIN at QoS 0', packet(0x39, TOPIC, 0x31)],
  ...[0, 1, 2].flatMap((qos): readonly Row[] => {
    const publish = (topic: Part) => packet(0x30 | (qos << 1), topic, ...(qos === 0 ? [] : [ID]), 0x31);
    return [
      ['MQTT-3.3.2-2', `+ in the topic of a message of QoS ${qos}`, publish('stations/+/t')],
      ['MQTT-3.3.2-2', `# in the topic of a message of QoS ${qos}`, publish('stations/#')],
      ['MQTT-4.7.3-1', `an empty topic of a message of QoS ${qos}`, publish('')],
      ['MQTT-1.5.3-2', `NUL in the topic of a message of QoS ${qos}`, publish(field(WITH_NUL))],
      ...ILL_FORMED.map(
        ([what, bytes]): Row => ['MQTT-1.5.3-1', `${what} in a topic at QoS ${qos}`, publish(field(bytes))],
      ),
    ];
  }),
  ['MQTT-3.8.3-3', 'SUBSCRIBE without a filter', packet(0x82, ID)],
  ['MQTT-3.10.3-2', 'UNSUBSCRIBE without a filter', packet(0xa2, ID)],
  ...[3, 4, 0x40, 0x80, 0xff].map(
    (qos): Row => ['MQTT-3.8.3-4', `a requested QoS of ${qos}`, packet(0x82, ID, 'a', 0, 'b', qos)],
  ),
  ...MALFORMED_FILTERS.flatMap(([clause, filter]): readonly Row[] => [
    [clause, `SUBSCRIBE to '${filter}'`, packet(0x82, ID, 'a', 0, filter, 0)],
    [clause, `UNSUBSCRIBE from '${filter}'`, packet(0xa2, ID, 'a', filter)],
  ]),
  ['MQTT-1.5.3-2', 'NUL in a filter of SUBSCRIBE', packet(0x82, ID, field(WITH_NUL), 0)],
  ['MQTT-1.5.3-2', 'NUL in a filter of UNSUBSCRIBE', packet(0xa2, ID, field(WITH_NUL))],
  ...ILL_FORMED.flatMap(([what, bytes]): readonly Row[] => [
    ['MQTT-3.8.3-1', `${what} in a filter of SUBSCRIBE`, packet(0x82, ID, field(bytes), 0)],
    ['MQTT-3.10.3-1', `${what} in a filter of UNSUBSCRIBE`, packet(0xa2, ID, field(bytes))],
  ]),
];

function rows(
  when: MalformedPacket['when'],
  expect: MalformedPacket['expect'],
  table: readonly Row[],
): readonly MalformedPacket[] {
  return table.map(([clause, what, bytes]) => ({ clause, what, bytes, when, expect }));
}

/**
 * A packet for every statement of MQTT 3.1.1 that a client can violate within one packet, and that a server has to
 * answer by closing the connection. Only what it announces is missing where a packet is too long.
 */
export const MALFORMED_PACKETS: readonly MalformedPacket[] = [
  ...rows('first', 'closed', FIRST),
  ...rows('first', 'connack-1', UNSPOKEN),
  ...rows('first', 'connack-2', NAMELESS),
  ...rows('connected', 'closed', CONNECTED),
];
