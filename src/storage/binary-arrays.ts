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
 * A one-dimensional array under way to a query parameter. `pg` sends a Buffer as a binary parameter, so that neither
 * side formats or parses text: measured at 0.4 µs a row of four columns, against 1–2.5 µs for text.
 */
abstract class BinaryArray {
  /** What `pg` takes as the parameter. */
  readonly parameter: Buffer;
  // A DataView is compiled to a store and a swap of bytes; Buffer's own methods are calls that check and loop.
  protected readonly view: DataView;
  protected at = HEADER_BYTES;

  constructor(elementType: number, length: number, elementBytes: number) {
    this.parameter = Buffer.allocUnsafe(HEADER_BYTES + length * (4 + elementBytes));
    const { buffer, byteOffset, byteLength } = this.parameter;
    this.view = new DataView(buffer, byteOffset, byteLength);
    for (const [index, field] of [1, 0, elementType, length, 1].entries())
      this.view.setInt32(index * 4, field);
  }
}

/** `int4[]` of exactly `length` elements, pushed one by one. */
export class Int4Array extends BinaryArray {
  constructor(length: number) {
    super(INT4_OID, length, 4);
  }

  push(value: number): void {
    this.view.setInt32(this.at, 4);
    this.view.setInt32(this.at + 4, value);
    this.at += 8;
  }
}

/** `float8[]` of exactly `length` elements, pushed one by one. */
export class Float8Array extends BinaryArray {
  constructor(length: number) {
    super(FLOAT8_OID, length, 8);
  }

  push(value: number): void {
    this.view.setInt32(this.at, 8);
    this.view.setFloat64(this.at + 4, value);
    this.at += 12;
  }
}

/** `timestamptz[]` of exactly `length` elements, pushed one by one, to the microsecond. */
export class TimestamptzArray extends BinaryArray {
  constructor(length: number) {
    super(TIMESTAMPTZ_OID, length, 8);
  }

  push(time: Micros): void {
    // A 64-bit integer in two halves: the sum is below 2^53, so doubles hold it exactly, and BigInt would be slower.
    const sincePostgresEpoch = time - POSTGRES_EPOCH;
    const high = Math.floor(sincePostgresEpoch / TWO_TO_32);
    this.view.setInt32(this.at, 8);
    this.view.setInt32(this.at + 4, high);
    this.view.setUint32(this.at + 8, sincePostgresEpoch - high * TWO_TO_32);
    this.at += 12;
  }
}

/** An `int4[]` parameter. */
export function int4Parameter(numbers: readonly number[]): Buffer {
  const array = new Int4Array(numbers.length);
  for (const number of numbers) array.push(number);
  return array.parameter;
}

/** A `timestamptz[]` parameter. */
export function timestamptzParameter(times: readonly Micros[]): Buffer {
  const array = new TimestamptzArray(times.length);
  for (const time of times) array.push(time);
  return array.parameter;
}

/** The elements of a `float8[]` in PostgreSQL's binary form, without nulls. */
export function readFloat8Array(array: Buffer): Float64Array<ArrayBuffer> {
  return readArray(array, (view, at) => view.getFloat64(at));
}

/** The elements of a `timestamptz[]` in PostgreSQL's binary form, without nulls, in Unix microseconds. */
export function readTimestamptzArray(array: Buffer): Float64Array<ArrayBuffer> {
  return readArray(
    array,
    (view, at) => view.getInt32(at) * TWO_TO_32 + view.getUint32(at + 4) + POSTGRES_EPOCH,
  );
}

/** Of elements of eight bytes, each behind its size. */
function readArray(
  { buffer, byteOffset, byteLength }: Buffer,
  read: (view: DataView, at: number) => number,
): Float64Array<ArrayBuffer> {
  const view = new DataView(buffer, byteOffset, byteLength);
  const values = new Float64Array((byteLength - HEADER_BYTES) / 12);
  for (let index = 0; index < values.length; index += 1) {
    values[index] = read(view, HEADER_BYTES + index * 12 + 4);
  }
  return values;
}
