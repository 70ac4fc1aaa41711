import type { EntryRange } from '../../src/storage/channel-entries-query.ts';
import { EARLIEST_WRITABLE, LATEST_WRITABLE } from '../../src/telemetry/format-time.ts';
import type { Micros } from '../../src/telemetry/reading.ts';
import { ThingSpeakError } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { namedZone, offsetZone, parseTimestamp, UTC, type Zone } from '../../src/telemetry/zone.ts';

export const MOST_RESULTS = 8000;
const USUAL_RESULTS = 100;
const LONGEST_CALLBACK = 100;
const DAY: Micros = 24 * 3600 * 1_000_000;
const MINUTE: Micros = 60 * 1_000_000;

/** One of them: the first value, or what becomes of all values, of each so many minutes. */
export interface BucketOption {
  readonly kind: 'timescale' | 'sum' | 'average' | 'median';
  readonly minutes: number;
  /** Whether they are the days of the time zone that is asked for. */
  readonly isDaily: boolean;
}

export interface ReadOptions {
  readonly range: EntryRange;
  readonly zone: Zone;
  /** Decimal places. */
  readonly round: number | undefined;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly bucket: BucketOption | undefined;
  readonly callback: string | undefined;
  readonly withStatus: boolean;
  readonly withLocation: boolean;
  readonly withMetadata: boolean;
}

/** @throws ThingSpeakError 400 that names the parameter */
export function readOptionsOf(given: Parameters, now: Micros): ReadOptions {
  const zone = zoneOf(given);
  const bucket = bucketOf(given);
  return {
    range: rangeOf(given, zone, now, bucket !== undefined),
    zone,
    round: wholeNumber(given, 'round', 15),
    min: anyNumber(given, 'min'),
    max: anyNumber(given, 'max'),
    bucket,
    callback: callbackOf(given),
    withStatus: given.get('status') === 'true',
    withLocation: given.get('location') === 'true',
    withMetadata: given.get('metadata') === 'true',
  };
}

/**
 * `results` comes first: with it, days and minutes count for nothing, and start and end bound what it is taken from. With
 * neither, buckets are those of the last day.
 */
function rangeOf(given: Parameters, zone: Zone, now: Micros, hasBuckets: boolean): EntryRange {
  const results = wholeNumber(given, 'results', Number.MAX_SAFE_INTEGER);
  const from = timeOf(given, 'start', zone);
  const to = timeOf(given, 'end', zone);
  if (results !== undefined) return { from, to, limit: Math.min(results, MOST_RESULTS) };
  if (from !== undefined || to !== undefined) return { from, to, limit: MOST_RESULTS };
  const days = wholeNumber(given, 'days', 100_000);
  const minutes = wholeNumber(given, 'minutes', 100_000_000);
  const length = minutes !== undefined ? minutes * MINUTE : days !== undefined ? days * DAY : undefined;
  if (length !== undefined) return { from: writable(now - length), to, limit: MOST_RESULTS };
  return hasBuckets ? { from: now - DAY, to, limit: MOST_RESULTS } : { from, to, limit: USUAL_RESULTS };
}

function zoneOf(given: Parameters): Zone {
  const name = given.get('timezone');
  if (name !== undefined)
    return namedZone(name) ?? invalid('timezone', 'is not the name of a time zone (Europe/Paris)');
  const hours = anyNumber(given, 'offset');
  if (hours === undefined) return UTC;
  return Math.abs(hours) <= 18 ? offsetZone(hours) : invalid('offset', 'is not a number of hours');
}

const BUCKET_KINDS = ['timescale', 'sum', 'average', 'median'] as const;
const BUCKET_MINUTES: ReadonlySet<string> = new Set([
  '10',
  '15',
  '20',
  '30',
  '60',
  '240',
  '720',
  '1440',
  'daily',
]);

function bucketOf(given: Parameters): BucketOption | undefined {
  const kinds = BUCKET_KINDS.filter((kind) => given.has(kind));
  const [kind] = kinds;
  if (kind === undefined) return undefined;
  if (kinds.length > 1) return invalid(kinds.join(', '), 'do not go together');
  const text = given.get(kind) ?? '';
  if (!BUCKET_MINUTES.has(text)) return invalid(kind, `is none of ${[...BUCKET_MINUTES].join(', ')}`);
  return { kind, isDaily: text === 'daily', minutes: text === 'daily' ? 1440 : Number(text) };
}

/** Whatever else stood there would run as a script of the page that asks. */
function callbackOf(given: Parameters): string | undefined {
  const name = given.get('callback');
  if (name === undefined) return undefined;
  if (name.length <= LONGEST_CALLBACK && /^[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*$/.test(name)) return name;
  return invalid('callback', 'is not the name of a function');
}

function timeOf(given: Parameters, name: string, zone: Zone): Micros | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  return writable(parseTimestamp(text, zone) ?? invalid(name, 'is not a time (2026-11-22 10:00:00)'));
}

function writable(time: Micros): Micros {
  return Math.min(Math.max(time, EARLIEST_WRITABLE), LATEST_WRITABLE);
}

function wholeNumber(given: Parameters, name: string, most: number): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Math.min(Number(text), most);
  return invalid(name, 'is not a whole number');
}

function anyNumber(given: Parameters, name: string): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : invalid(name, 'is not a number');
}

function invalid(name: string, what: string): never {
  throw new ThingSpeakError(400, `${name} ${what}`);
}
