import type { Micros } from '../telemetry/reading.ts';

// PostgreSQL's binary array: dimensions, flags, element type, length, lower bound; then each element after its size.
const HEADER_BYTES = 20;
const INT4_OID = 23;
const FLOAT8_OID = 701;
const TIMESTAMPTZ_OID = 1184;
/** 2000-01-01, the epoch of PostgreSQL's timestamps, in Unix microseconds. */
const POSTGRES_EPOCH: Micros = 946_684_800_000_000;
const TWO_TO_32 = 4_294_967_296;

/**
 * `int4[]` for a query parameter. `pg` sends a Buffer as a binary parameter, so that neither side formats or parses
 * text: measured at 0.4 µs a row of four columns, against 1–2.5 µs for text.
 */
export function int4Array(values: readonly number[]): Buffer {
  const buffer = arrayBuffer(INT4_OID, values.length, 4);
  let at = HEADER_BYTES;
  for (const value of values) {
    buffer.writeInt32BE(4, at);
    buffer.writeInt32BE(value, at + 4);
    at += 8;
  }
  return buffer;
}

/** `float8[]` for a query parameter: the values to the last bit. */
export function float8Array(values: readonly number[]): Buffer {
  const buffer = arrayBuffer(FLOAT8_OID, values.length, 8);
  let at = HEADER_BYTES;
  for (const value of values) {
    buffer.writeInt32BE(8, at);
    buffer.writeDoubleBE(value, at + 4);
    at += 12;
  }
  return buffer;
}

/** `timestamptz[]` for a query parameter, to the microsecond. */
export function timestamptzArray(times: readonly Micros[]): Buffer {
  const buffer = arrayBuffer(TIMESTAMPTZ_OID, times.length, 8);
  let at = HEADER_BYTES;
  for (const time of times) {
    // A 64-bit integer in two halves: the sum is below 2^53, so doubles hold it exactly, and BigInt would be slower.
    const sincePostgresEpoch = time - POSTGRES_EPOCH;
    const high = Math.floor(sincePostgresEpoch / TWO_TO_32);
    buffer.writeInt32BE(8, at);
    buffer.writeInt32BE(high, at + 4);
    buffer.writeUInt32BE(sincePostgresEpoch - high * TWO_TO_32, at + 8);
    at += 12;
  }
  return buffer;
}

function arrayBuffer(elementType: number, length: number, elementBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + length * (4 + elementBytes));
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(0, 4);
  buffer.writeInt32BE(elementType, 8);
  buffer.writeInt32BE(length, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}
