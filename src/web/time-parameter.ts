import { EARLIEST_WRITABLE, LATEST_WRITABLE } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';
import { parseTime } from '../telemetry/time.ts';
import { invalidParameter } from './errors.ts';

const PLUS_LOST = /^(\d{4}-\d\d-\d\d[T ]\d\d:\S+) (\d\d(?::?\d\d)?)$/;

/** A time out of a query string. @throws WebError 400 that names the field */
export function parseTimeParameter(field: string, text: string): Micros {
  // In a query string `+` means a space, and hardly anyone writes +02:00 as %2B02:00.
  const time = parseTime(text.replace(PLUS_LOST, '$1+$2'));
  if (typeof time !== 'number') throw invalidParameter(field, time.detail);
  return Math.min(Math.max(time, EARLIEST_WRITABLE), LATEST_WRITABLE);
}

export interface TimeRange {
  /** Inclusive. */
  readonly from: Micros | undefined;
  /** Exclusive. */
  readonly to: Micros | undefined;
}

/** `from` and `to` of a query string. @throws WebError 400 that names the field */
export function parseTimeRange(query: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): TimeRange {
  return {
    from: query.from === undefined ? undefined : parseTimeParameter('from', query.from),
    to: query.to === undefined ? undefined : parseTimeParameter('to', query.to),
  };
}
