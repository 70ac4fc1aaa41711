import fc from 'fast-check';
import { generate, type Packet, parser } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { refuseConnect } from '../../src/broker/connect-rules.ts';
import { PacketCursor } from '../../src/broker/packet-cursor.ts';
import { packetViolation } from '../../src/broker/packet-rules.ts';
import { readPublish } from '../../src/broker/publish-packet.ts';
import { MALFORMED_PACKETS } from '../support/malformed-packets.ts';
import { connectPacket } from '../support/raw-client.ts';
import { anyClientPacket, anyConnect } from '../support/valid-packets.ts';

/** Only bytes that the cursor takes for a packet are judged. */
function cut(bytes: Uint8Array): PacketCursor | null {
  const cursor = new PacketCursor();
  // Somewhere within what the socket has read.
  cursor.push(Buffer.concat([Buffer.of(0xc0, 0), bytes, Buffer.of(0xff)]));
  cursor.next(0);
  return cursor.next(100_000) === 'packet' ? cursor : null;
}

function violation(bytes: Uint8Array): string | null {
  const cursor = cut(bytes);
  return cursor && packetViolation(cursor.bytes, cursor.start, cursor.bodyStart, cursor.end);
}

function refusal(bytes: Uint8Array): ReturnType<typeof refuseConnect> {
  const cursor = cut(bytes);
  return cursor && refuseConnect(cursor.bytes, cursor.bodyStart, cursor.end);
}

/** What another parser makes of the bytes: one packet, or an error. */
function parse(bytes: Uint8Array): Packet | Error | undefined {
  let found: Packet | Error | undefined;
  const other = parser();
  other.on('packet', (packet: Packet) => (found ??= packet));
  other.on('error', (error: Error) => (found ??= error));
  other.parse(Buffer.from(bytes));
  return found;
}

describe('a rule is named for', () => {
  const judged = MALFORMED_PACKETS.filter(({ bytes }) => cut(bytes) !== null);

  test.each(judged.filter(({ when }) => when === 'connected'))('$what [$clause]', ({ bytes, clause }) => {
    expect(violation(bytes)).toContain(`[${clause}]`);
  });

  test.each(judged.filter(({ when, bytes }) => when === 'first' && bytes[0] === 0x10))(
    '$what [$clause] in CONNECT',
    ({ bytes, clause, expect: outcome }) => {
      expect(refusal(bytes)?.reason).toContain(`[${clause}]`);
      expect(refusal(bytes)?.returnCode).toBe(outcome === 'closed' ? null : Number(outcome.slice(-1)));
    },
  );
});

/** Of appendix B: what a client can violate in one packet, and must lose its connection for. */
const CLAUSES = `
  1.5.3-1 1.5.3-2 2.2.2-2 2.3.1-1 3.1.0-1 3.1.0-2 3.1.2-1 3.1.2-2 3.1.2-3 3.1.2-9 3.1.2-11
  3.1.2-13 3.1.2-14 3.1.2-15 3.1.2-18 3.1.2-19 3.1.2-20 3.1.2-21 3.1.2-22 3.1.3-3 3.1.3-4 3.1.3-8
  3.1.3-9 3.1.3-10 3.1.3-11 3.1.4-1 3.3.1-2 3.3.1-4 3.3.2-1 3.3.2-2 3.6.1-1 3.8.1-1 3.8.3-1
  3.8.3-3 3.8.3-4 3.10.1-1 3.10.3-1 3.10.3-2 3.14.1-1 4.7.1-1 4.7.1-2 4.7.1-3 4.7.3-1 4.8.0-1
`;

test('the table has a packet for each clause', () => {
  const covered = new Set(MALFORMED_PACKETS.map(({ clause }) => clause));
  expect([...covered].toSorted()).toEqual(
    CLAUSES.match(/\S+/g)!
      .map((clause) => `MQTT-${clause}`)
      .toSorted(),
  );
});

describe('no rule is found for', () => {
  test('any valid packet of a client', () => {
    fc.assert(
      fc.property(anyClientPacket, (packet) => {
        expect(violation(generate(packet))).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  test('any valid CONNECT', () => {
    fc.assert(
      fc.property(anyConnect, (packet) => {
        expect(refusal(generate(packet))).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['23 bytes', 'c'.repeat(23)],
    ['256 bytes', 'c'.repeat(256)],
    ['none, in a clean session', ''],
  ])('a client identifier of %s', (_, clientId) => {
    expect(refusal(generate({ cmd: 'connect', clientId, clean: true, keepalive: 0 }))).toBeNull();
  });

  test.each([
    '#',
    '+',
    '/',
    '//',
    '+/+',
    '/#',
    '+/#',
    'a/+/b',
    '/+',
    '+/',
    'a/#',
    ' ',
    '$SYS/#',
    '$share/g/a',
  ])("the filter '%s'", (topic) => {
    expect(
      violation(generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos: 0 }] })),
    ).toBeNull();
    expect(violation(generate({ cmd: 'unsubscribe', messageId: 1, unsubscriptions: [topic] }))).toBeNull();
  });

  test.each(['\u{FFFD}', '\u{FEFF}x', '\u{1}', '\u{10FFFF}', '/', ' '])('the topic %j', (topic) => {
    const bytes = generate({ cmd: 'publish', topic, payload: '1', qos: 0, retain: false, dup: false });
    expect(violation(bytes)).toBeNull();
    expect(readPublish(bytes, 0, 2, bytes.length)).toMatchObject({ topic });
  });

  test("the level of Mosquitto's bridges", () => {
    const bytes = generate({ ...connectPacket('bridge'), bridgeMode: true } as Packet);
    expect(bytes[8]).toBe(0x84);
    expect(refusal(bytes)).toBeNull();
  });
});

/** Valid packets in which some bytes, also those of lengths, are others; and nothing but noise behind a header. */
const damaged = fc.oneof(
  fc
    .tuple(
      fc.oneof(anyClientPacket, anyConnect),
      fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 3 }),
    )
    .map(([packet, changes]) => {
      const bytes = generate(packet);
      for (const [at, byte] of changes) if (at !== 1 && at < bytes.length) bytes[at] = byte;
      return bytes;
    }),
  fc
    .tuple(fc.nat(255), fc.uint8Array({ maxLength: 30 }))
    .map(([first, body]) => Buffer.from([first, body.length, ...body])),
);

test('what breaks no rule is a packet to another parser, too', () => {
  fc.assert(
    fc.property(damaged, (bytes) => {
      const isConnect = bytes[0] === 0x10;
      if (cut(bytes) === null || (isConnect ? refusal(bytes) : violation(bytes)) !== null) return;
      expect(parse(bytes)).toMatchObject({ cmd: expect.any(String) as string });
    }),
    { numRuns: 20_000 },
  );
});

test('of QoS 0 and 1 nothing is taken that breaks a rule, but for what is looked for once a topic', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0x30, max: 0x3f }),
      fc.oneof(fc.uint8Array({ maxLength: 12 }), nearlyTopic),
      (first, body) => {
        const bytes = Buffer.from([first, body.length, ...body]);
        const read = readPublish(bytes, 0, 2, bytes.length);
        const broken = violation(bytes);
        if (read === 'other') expect((first >> 1) & 3).toBeGreaterThan(1);
        else if (read === 'malformed') expect(broken).not.toBeNull();
        else if (broken !== null) expect(read.topic).toMatch(/[+#\0]/);
      },
    ),
    { numRuns: 20_000 },
  );
});

/** The body of a PUBLISH whose topic has few bytes, of those that make a difference. */
const nearlyTopic = fc
  .tuple(
    fc.array(fc.constantFrom(0x61, 0x2f, 0, 0x23, 0x2b, 0x80, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xed, 0xa0), {
      maxLength: 6,
    }),
    fc.array(fc.nat(2), { maxLength: 3 }),
  )
  .map(([topic, rest]) => Uint8Array.from([0, topic.length, ...topic, ...rest]));
