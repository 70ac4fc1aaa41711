import type { Random } from './random.ts';

/** Values at which things turn: signs, widths, lengths of lengths. */
const BYTES = [0x00, 0x01, 0x0f, 0x10, 0x30, 0x7f, 0x80, 0x81, 0xc0, 0xef, 0xf0, 0xfe, 0xff];
const WORDS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];
/** Of a remaining length; the last one has a byte too many. */
const LENGTHS = [
  [0x00],
  [0x01],
  [0x7f],
  [0x80, 0x01],
  [0x80, 0x00],
  [0xff, 0x7f],
  [0x80, 0x80, 0x01],
  [0x80, 0x80, 0x10],
  [0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0xff, 0x01],
];
const LONGEST_RUN = 64;

type Mutation = (packet: Buffer, random: Random, other: Buffer) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  setWord,
  truncate,
  lieAboutLength,
  insertRun,
  repeatRun,
  removeRun,
  splice,
];

/** A packet with one to three things wrong with it. @param other another one, of which it may get a part */
export function mutate(packet: Buffer, random: Random, other: Buffer): Buffer {
  let mutated = packet;
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    mutated = random.pick(MUTATIONS)(mutated, random, other);
  }
  return mutated;
}

function flipBit(packet: Buffer, random: Random): Buffer {
  const copy = Buffer.from(packet);
  if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return copy;
}

function setByte(packet: Buffer, random: Random): Buffer {
  const copy = Buffer.from(packet);
  if (copy.length > 0) copy[random.below(copy.length)] = random.pick(BYTES);
  return copy;
}

/** Among them are lengths of texts and packet identifiers. */
function setWord(packet: Buffer, random: Random): Buffer {
  const copy = Buffer.from(packet);
  if (copy.length > 1) copy.writeUInt16BE(random.pick(WORDS), random.below(copy.length - 1));
  return copy;
}

function truncate(packet: Buffer, random: Random): Buffer {
  return packet.subarray(0, random.below(packet.length + 1));
}

function lieAboutLength(packet: Buffer, random: Random): Buffer {
  const bodyStart = packet.subarray(1, 5).findIndex((byte) => byte < 0x80) + 2;
  return Buffer.concat([
    packet.subarray(0, 1),
    Buffer.from(random.pick(LENGTHS)),
    packet.subarray(Math.max(bodyStart, 1)),
  ]);
}

function insertRun(packet: Buffer, random: Random): Buffer {
  const at = random.below(packet.length + 1);
  const run = Buffer.from(Array.from({ length: 1 + random.below(LONGEST_RUN) }, () => random.below(256)));
  return Buffer.concat([packet.subarray(0, at), run, packet.subarray(at)]);
}

function repeatRun(packet: Buffer, random: Random): Buffer {
  const from = random.below(packet.length + 1);
  const to = Math.min(packet.length, from + random.below(LONGEST_RUN));
  return Buffer.concat([packet.subarray(0, to), packet.subarray(from)]);
}

function removeRun(packet: Buffer, random: Random): Buffer {
  const from = random.below(packet.length + 1);
  return Buffer.concat([packet.subarray(0, from), packet.subarray(from + random.below(LONGEST_RUN))]);
}

function splice(packet: Buffer, random: Random, other: Buffer): Buffer {
  return Buffer.concat([
    packet.subarray(0, random.below(packet.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
}
