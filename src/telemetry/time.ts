import { quote, quoteValue } from './quote.ts';
import type { Micros, Rejection } from './reading.ts';

/** 2000-01-01T00:00:00Z: an older time is a clock that was never set. */
export const EARLIEST_TIME: Micros = Date.UTC(2000, 0, 1) * 1000;
/** How far a station's clock may run ahead of ours, in microseconds: five minutes. */
export const FUTURE_TOLERANCE: Micros = 5 * 60 * 1_000_000;

const ISO_8601 =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?) ?(Z|[+-]\d\d(?::?\d\d)?)?$/i;
const EPOCH_TEXT = /^\d{1,16}(?:\.\d{1,9})?$/;
const SECONDS_BELOW = 1e11;
const MILLISECONDS_BELOW = 1e14;
const MICROSECONDS_BELOW = 1e17;

/** A time, or why there is none. */
export type ParsedTime = Micros | Rejection;

/**
 * A time as a station or a query gives it: ISO 8601 with a zone, or epoch seconds, milliseconds or microseconds,
 * told apart by magnitude; a number may come as text. Digits beyond the microsecond are cut off.
 */
export function parseTime(value: unknown): ParsedTime {
  if (typeof value === 'number') return fromEpoch(value);
  if (typeof value !== 'string') return notUnderstood(quoteValue(value));
  const text = value.trim();
  if (EPOCH_TEXT.test(text)) return fromEpoch(Number(text));
  return fromIso(text);
}

/** {@link parseTime} for a reading: only from {@link EARLIEST_TIME} to {@link FUTURE_TOLERANCE} after `now`. */
export function parseMeasuredAt(value: unknown, now: Micros): ParsedTime {
  const time = parseTime(value);
  if (typeof time !== 'number') return time;
  if (time < EARLIEST_TIME) {
    return { reason: 'time-too-early', detail: `time ${quoteValue(value)} is before 2000-01-01` };
  }
  if (time > now + FUTURE_TOLERANCE) {
    return {
      reason: 'time-in-future',
      detail: `time ${quoteValue(value)} is more than 5 minutes ahead of this service's clock`,
    };
  }
  return time;
}

function fromEpoch(value: number): ParsedTime {
  if (!(value >= 0) || value >= MICROSECONDS_BELOW) return notUnderstood(String(value));
  if (value < SECONDS_BELOW) return Math.round(value * 1e6);
  if (value < MILLISECONDS_BELOW) return Math.round(value * 1e3);
  return Math.round(value);
}

function fromIso(text: string): ParsedTime {
  const parts = ISO_8601.exec(text);
  if (parts === null) return notUnderstood(quote(text));
  const zone = parts[8];
  if (zone === undefined) {
    return { reason: 'time-without-zone', detail: `time ${quote(text)} names no zone (write Z or +01:00)` };
  }
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const utc = wholeSeconds(year!, month!, day!, hour!, minute!, second!);
  const offset = offsetMinutes(zone);
  if (utc === undefined || offset === undefined) return notUnderstood(quote(text));
  const fraction = Number((parts[7] ?? '').slice(0, 6).padEnd(6, '0'));
  return (utc - offset * 60) * 1_000_000 + fraction;
}

/** Seconds since the epoch of a UTC date; `undefined` for the 30th of February and its like. */
function wholeSeconds(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date.UTC takes years 0 to 99 for 1900 to 1999; programs ask from the year 1 on where they mean everything.
  if (year < 100) date.setUTCFullYear(year, month - 1, day);
  // A day too many is carried into the next month.
  const same =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? date.getTime() / 1000 : undefined;
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || 0);
  if (hours > 18 || minutes > 59) return undefined;
  return (hours * 60 + minutes) * (zone.startsWith('-') ? -1 : 1);
}

function notUnderstood(quoted: string): Rejection {
  return {
    reason: 'time-not-understood',
    detail: `time ${quoted} is neither ISO 8601 with a zone nor epoch seconds, milliseconds or microseconds`,
  };
}
