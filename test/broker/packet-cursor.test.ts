import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PacketCursor } from '../../src/broker/packet-cursor.ts';

const MAX_BYTES = 100_000;

/** A packet of any type with a body of any length. */
const packet = fc
  .record({ first: fc.nat(255), length: fc.oneof(fc.nat(200), fc.nat(20_000)) })
  .map(({ first, length }) => Buffer.from([first, ...remainingLength(length), ...bodyOf(length)]));

function remainingLength(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function bodyOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}

/** The packets that come out when the bytes come in as these pieces. */
function packetsOf(pieces: readonly Buffer[]): Buffer[] {
  const cursor = new PacketCursor();
  const found: Buffer[] = [];
  for (const piece of pieces) {
    cursor.push(piece);
    while (cursor.next(MAX_BYTES) === 'packet') found.push(cursor.bytes.subarray(cursor.start, cursor.end));
    cursor.trim();
    // What is kept is bounded by what has come of the next packet.
    if (cursor.bytes.length > 2 * cursor.bytesAhead) throw new Error('more is kept');
  }
  return found;
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const ends = [...at.map((end) => end % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

test('however the bytes are cut up, the packets come out whole and stay as they were given out', () => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 8 }), fc.array(fc.nat(), { maxLength: 30 }), (packets, at) => {
      const found = packetsOf(cut(Buffer.concat(packets), at));
      expect(found.map(({ length }) => length)).toEqual(packets.map(({ length }) => length));
      expect(found.every((bytes, index) => bytes.equals(packets[index]!))).toBe(true);
    }),
  );
});

test('a large packet may come byte by byte', () => {
  const large = Buffer.from([0x32, ...remainingLength(90_000), ...bodyOf(90_000)]);
  const bytes = Array.from(large, (byte) => Buffer.of(byte));
  const [first, second] = packetsOf([...bytes, Buffer.from([0xc0, 0])]);
  expect(first!.equals(large)).toBe(true);
  expect(second).toEqual(Buffer.from([0xc0, 0]));
});

test('tells where flags and body begin', () => {
  const cursor = new PacketCursor();
  cursor.push(Buffer.from([0xc0, 0, 0x32, 0x81, 0x01, ...bodyOf(129)]));
  cursor.next(MAX_BYTES);
  expect(cursor.next(MAX_BYTES)).toBe('packet');
  expect([cursor.start, cursor.bodyStart, cursor.end]).toEqual([2, 5, 134]);
});

describe('the announced length', () => {
  test.each([
    ['exactly the limit', 200, 'incomplete'],
    ['one more', 201, 'too-long'],
  ])('%s', (_, length, found) => {
    const cursor = new PacketCursor();
    cursor.push(Buffer.from([0x32, ...remainingLength(length)]));
    expect(cursor.next(200)).toBe(found);
  });

  test('may take four bytes and no fifth [MQTT-2.2.3]', () => {
    const cursor = new PacketCursor();
    cursor.push(Buffer.from([0x32, 0xff, 0xff, 0xff]));
    expect(cursor.next(MAX_BYTES)).toBe('incomplete');
    cursor.push(Buffer.from([0x80]));
    expect(cursor.next(MAX_BYTES)).toBe('malformed');
  });
});

test('the first byte of what comes next can be looked at before the rest is there', () => {
  const cursor = new PacketCursor();
  expect(cursor.peek()).toBeUndefined();
  cursor.push(Buffer.from([0xc0, 0, 0x10]));
  cursor.next(MAX_BYTES);
  expect(cursor.peek()).toBe(0x10);
  expect(cursor.bytesAhead).toBe(1);
});
