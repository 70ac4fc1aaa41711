import { quoteValue } from './quote.ts';
import type { Micros, Reading, Rejection } from './reading.ts';
import { parseMeasuredAt, parseTime } from './time.ts';
import { isMetricName, isStationName, metricNameMistake, stationNameMistake } from './topic.ts';
import { parseUnit } from './units.ts';
import { parseValue } from './value.ts';

/** A reading out of a file. It has a time of its own, always. */
export interface FileReading extends Reading {
  /** When it was received, by the file. */
  readonly receivedAt: Micros | undefined;
}

/** As a file has it: texts, or what JSON knows; `undefined` and `null` are nothing. */
export interface RawReading {
  readonly station: unknown;
  readonly metric: unknown;
  readonly unit: unknown;
  readonly measuredAt: unknown;
  readonly value: unknown;
  readonly receivedAt: unknown;
}

/** U+FFFD stands where bytes were not UTF-8. */
const NOT_UTF8 = '\u{fffd}';

/** Holds a reading of a file to the rules for those of stations. @param now what is later than that can't have been measured */
export function parseFileReading(raw: RawReading, now: Micros): FileReading | Rejection {
  const { station, metric } = raw;
  if (typeof station !== 'string' || !isStationName(station)) return stationNameMistake(textOf(station));
  if (typeof metric !== 'string' || !isMetricName(metric)) return metricNameMistake(textOf(metric));
  const unit = isNothing(raw.unit) ? undefined : parseFileUnit(raw.unit);
  if (typeof unit === 'object') return unit;
  const measuredAt = parseMeasuredAt(raw.measuredAt, now);
  if (typeof measuredAt === 'object') return measuredAt;
  const value = parseValue(raw.value);
  if (typeof value === 'object') return value;
  const receivedAt = isNothing(raw.receivedAt) ? undefined : parseTime(raw.receivedAt);
  if (typeof receivedAt === 'object')
    return { reason: receivedAt.reason, detail: `receivedAt: ${receivedAt.detail}` };
  return { station, metric, unit, measuredAt, value, receivedAt, hasOwnTime: true };
}

function parseFileUnit(given: unknown): string | Rejection {
  if (typeof given !== 'string' || !given.includes(NOT_UTF8)) return parseUnit(given);
  return { reason: 'payload-not-utf8', detail: `unit ${quoteValue(given)} is not UTF-8 text` };
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : quoteValue(value);
}
