import fc from 'fast-check';
import { generate, type Packet, parser } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { PacketCursor } from '../../src/broker/packet-cursor.ts';
import { type PublishFields, readPublish } from '../../src/broker/publish-packet.ts';

function read(bytes: Buffer): PublishFields | 'malformed' | 'other' {
  const cursor = new PacketCursor();
  cursor.push(bytes);
  expect(cursor.next(1_000_000)).toBe('packet');
  return readPublish(cursor.bytes, cursor.start, cursor.bodyStart, cursor.end);
}

const topic = fc.string({ minLength: 1, maxLength: 80, unit: 'binary' }).filter((text) => !/[+#]/.test(text));
const publish = fc
  .record({
    topic,
    payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    qos: fc.constantFrom(0 as const, 1 as const),
    retain: fc.boolean(),
    dup: fc.boolean(),
    messageId: fc.integer({ min: 1, max: 65_535 }),
  })
  .map((fields) => ({ ...fields, dup: fields.dup && fields.qos === 1 }));

test('a PUBLISH of QoS 0 or 1 reads as it was written', () => {
  fc.assert(
    fc.property(publish, (fields) => {
      const { messageId, ...rest } = fields;
      const bytes = generate({ cmd: 'publish', ...fields });
      expect(read(bytes)).toEqual({ ...rest, packetId: fields.qos === 0 ? 0 : messageId });
    }),
  );
});

test('whatever it takes, another parser reads in the same way', () => {
  const body = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(fc.integer({ min: 0x30, max: 0x3f }), body, (first, bytes) => {
      const packet = Buffer.from([first, bytes.length, ...bytes]);
      const fields = read(packet);
      if (typeof fields === 'string') return;
      const other = parse(packet);
      expect(other).toMatchObject({
        cmd: 'publish',
        qos: fields.qos,
        retain: fields.retain,
        dup: fields.dup,
      });
      expect(other).toMatchObject({ topic: fields.topic, payload: fields.payload });
      if (fields.qos === 1) expect(other.messageId).toBe(fields.packetId);
    }),
    { numRuns: 2_000 },
  );
});

function parse(bytes: Buffer): Packet {
  let found: Packet | undefined;
  const other = parser();
  other.on('packet', (packet: Packet) => (found = packet));
  other.parse(bytes);
  return found!;
}

describe('is left to Aedes:', () => {
  test.each<[string, number[]]>([
    ['another type', [0xc0, 0]],
    ['QoS 2', [0x34, 6, 0, 1, 0x61, 0, 1, 0x31]],
    ['both QoS bits', [0x36, 6, 0, 1, 0x61, 0, 1, 0x31]],
  ])('%s', (_, bytes) => {
    expect(read(Buffer.from(bytes))).toBe('other');
  });
});

describe('is malformed:', () => {
  test.each<[string, number[]]>([
    ['no body', [0x32, 0]],
    ['half a length of the topic', [0x32, 1, 0]],
    ['an empty topic [MQTT-4.7.3-1]', [0x32, 4, 0, 0, 0, 1]],
    ['a topic that goes beyond the packet', [0x30, 3, 0, 2, 0x61]],
    ['half a packet identifier', [0x32, 4, 0, 1, 0x61, 0]],
    ['DUP at QoS 0 [MQTT-3.3.1-2]', [0x38, 3, 0, 1, 0x61]],
    ['a surrogate in the topic [MQTT-1.5.3-1]', [0x30, 5, 0, 3, 0xed, 0xa0, 0x80]],
    ['packet identifier 0 [MQTT-2.3.1-1]', [0x32, 5, 0, 1, 0x61, 0, 0]],
  ])('%s', (_, bytes) => {
    expect(read(Buffer.from(bytes))).toBe('malformed');
  });
});
