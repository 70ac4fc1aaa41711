import { EARLIEST_WRITABLE, LATEST_WRITABLE } from '../telemetry/format-time.ts';
import type { Order, Position } from '../storage/readings-query.ts';

/** Whose position a cursor is; one of another series or direction would silently skip rows. */
export interface CursorScope {
  readonly seriesId: number;
  readonly order: Order;
}

const VERSION = 1;
const BYTES = 22;

/**
 * A position between two readings, exact to the bit, as text for URLs: version, order, series, microseconds as int64,
 * value as float8, in base64url. To clients it is opaque.
 */
export function formatCursor(scope: CursorScope, position: Position): string {
  const bytes = Buffer.alloc(BYTES);
  bytes.writeUInt8(VERSION, 0);
  bytes.writeUInt8(scope.order === 'asc' ? 0 : 1, 1);
  bytes.writeUInt32BE(scope.seriesId, 2);
  bytes.writeBigInt64BE(BigInt(position.measuredAt), 6);
  bytes.writeDoubleBE(position.value, 14);
  return bytes.toString('base64url');
}

/** A cursor with all that it holds, or `undefined` for what {@link formatCursor} can't have written. */
export function parseCursor(text: string): (CursorScope & Position) | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Node skips what is not base64url; writing it again shows whether there was any.
  if (bytes.length !== BYTES || bytes.toString('base64url') !== text) return undefined;
  const order = bytes.readUInt8(1);
  const measuredAt = Number(bytes.readBigInt64BE(6));
  const value = bytes.readDoubleBE(14);
  if (bytes.readUInt8(0) !== VERSION || order > 1) return undefined;
  if (!(measuredAt >= EARLIEST_WRITABLE && measuredAt <= LATEST_WRITABLE)) return undefined;
  if (!Number.isFinite(value)) return undefined;
  return { order: order === 0 ? 'asc' : 'desc', seriesId: bytes.readUInt32BE(2), measuredAt, value };
}
