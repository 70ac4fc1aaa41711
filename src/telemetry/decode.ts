import { isUtf8 } from 'node:buffer';
import type { ChannelUpdate } from './channel-entry.ts';
import { quote, quoteValue } from './quote.ts';
import type { Message, Micros, Reading, Rejection } from './reading.ts';
import { parseMeasuredAt } from './time.ts';
import { isMetricName, metricNameMistake, type ParsedTopic, parseTopic } from './topic.ts';
import { parseUnit } from './units.ts';
import { parseValue, parseValueText } from './value.ts';

/** Longest payload that is looked into, in bytes. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;
/** Most readings that one message may hold. */
export const MAX_READINGS_PER_MESSAGE = 1000;

/** What a message says. All of it may be empty: an empty payload on a topic of ours says nothing. */
export interface Decoded {
  /** The station that the topic names, if it names one. */
  readonly station: string | null;
  readonly readings: readonly Reading[];
  /** The parts that are no readings, in the order of the payload. */
  readonly rejections: readonly Rejection[];
  /** What a station says of itself on its status topic. */
  readonly status: 'online' | 'offline' | null;
  /** The entry of a channel that the message is, beside its readings. */
  readonly update?: ChannelUpdate;
}

const NONE: readonly Rejection[] = [];
const UTF8 = new TextDecoder();
/** Up to here, putting a text together by hand is quicker than calling a decoder. */
const SHORT_BYTES = 32;

type Sink = { readonly readings: Reading[]; readonly rejections: Rejection[] };
/** When something was measured, and who says so. */
type When = Pick<Reading, 'measuredAt' | 'hasOwnTime'>;
type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Reads a message of the native dialect: `stations/{station}/{metric}`, `stations/{station}` and
 * `stations/{station}/status`. Pure and total: any topic and any bytes give a result, never an error.
 *
 * A reading without a time of its own is of the time of the message's first receipt; in an array each following item is put one
 * microsecond later, so that equal values of one message stay apart.
 * @param readTopic `parseTopic`, or one that remembers
 */
export function decode(message: Message, readTopic: (topic: string) => ParsedTopic = parseTopic): Decoded {
  const topic = readTopic(message.topic);
  if (topic.kind === 'unknown') return refuse(null, topic.rejection);
  const { station } = topic;
  const { payload } = message;
  // An empty retained message is MQTT's way to delete the retained one [MQTT-3.3.1-10]; it holds no reading.
  if (payload.length === 0) return { station, readings: [], rejections: NONE, status: null };
  if (payload.length > MAX_PAYLOAD_BYTES) {
    const detail = `the payload has ${payload.length} bytes; ${MAX_PAYLOAD_BYTES} are allowed`;
    return refuse(station, { reason: 'payload-too-large', detail });
  }
  const text = shortAsciiText(payload) ?? utf8Text(payload);
  if (text === undefined) {
    return refuse(station, { reason: 'payload-not-utf8', detail: 'the payload is not UTF-8 text' });
  }
  if (topic.kind === 'status') return decodeStatus(station, text);
  if (topic.kind === 'metric' && !looksLikeJson(text))
    return decodeNumber(topic, text, message.firstReceivedAt);
  const sink: Sink = { readings: [], rejections: [] };
  if (topic.kind === 'metric') decodeMetric(topic, text, message.firstReceivedAt, sink);
  else decodeStation(station, text, message.firstReceivedAt, sink);
  if (sink.readings.length > MAX_READINGS_PER_MESSAGE) {
    return refuse(station, tooManyReadings(sink.readings.length));
  }
  return { station, ...sink, status: null };
}

/** The text of a short payload of ASCII, which nearly all of them are; `undefined` for others. */
function shortAsciiText(payload: Uint8Array): string | undefined {
  if (payload.length > SHORT_BYTES) return undefined;
  let text = '';
  for (const byte of payload) {
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function utf8Text(payload: Uint8Array): string | undefined {
  return isUtf8(payload) ? UTF8.decode(payload) : undefined;
}

function decodeStatus(station: string, text: string): Decoded {
  const status = text.trim().toLowerCase();
  if (status === 'online' || status === 'offline') return { station, readings: [], rejections: NONE, status };
  return refuse(station, {
    reason: 'status-unknown',
    detail: `${quote(text)} is neither online nor offline`,
  });
}

/** The plainest message and by far the most frequent: a number as text. */
function decodeNumber(
  series: { readonly station: string; readonly metric: string },
  text: string,
  receivedAt: Micros,
): Decoded {
  const value = parseValueText(text);
  if (typeof value !== 'number') return refuse(series.station, value);
  const readings = [reading(series, value, undefined, ourTime(receivedAt))];
  return { station: series.station, readings, rejections: NONE, status: null };
}

function decodeMetric(
  series: { readonly station: string; readonly metric: string },
  text: string,
  receivedAt: Micros,
  sink: Sink,
): void {
  forEachItem(text, sink, (item, where, index) => {
    const fallback = receivedAt + index;
    const read = isObject(item)
      ? readValueObject(item, fallback, receivedAt)
      : withDefaults(parseValue(item), ourTime(fallback));
    if ('reason' in read) sink.rejections.push(at(where, read));
    else sink.readings.push(reading(series, read.value, read.unit, read.when));
  });
}

function decodeStation(station: string, text: string, receivedAt: Micros, sink: Sink): void {
  if (!looksLikeJson(text)) {
    sink.rejections.push({
      reason: 'payload-not-understood',
      detail: `${quote(text)} is not a JSON object such as {"temperature":21.5}`,
    });
    return;
  }
  forEachItem(text, sink, (item, where, index) => {
    if (!isObject(item)) {
      const detail = `${quoteValue(item)} is not an object such as {"temperature":21.5}`;
      sink.rejections.push(at(where, { reason: 'payload-not-understood', detail }));
      return;
    }
    const when = readTime(item, receivedAt + index, receivedAt);
    if ('reason' in when) {
      sink.rejections.push(at(where, when));
      return;
    }
    decodeMetrics(station, item, when, where, sink);
  });
}

/** Every key but `time` is a metric, its value a number or `{"value":…,"unit":…}`. */
function decodeMetrics(station: string, item: JsonObject, when: When, where: string, sink: Sink): void {
  let metrics = 0;
  for (const metric of Object.keys(item)) {
    if (metric === 'time') continue;
    metrics += 1;
    if (!isMetricName(metric)) {
      sink.rejections.push(at(where, metricNameMistake(metric)));
      continue;
    }
    const read = readValue(item[metric], when);
    if ('reason' in read) sink.rejections.push(at(where, { ...read, detail: `${metric}: ${read.detail}` }));
    else sink.readings.push(reading({ station, metric }, read.value, read.unit, when));
  }
  if (metrics === 0)
    sink.rejections.push(at(where, { reason: 'value-missing', detail: 'no metric is named' }));
}

/** Calls back with the payload itself, or with each item of the array that it is. */
function forEachItem(
  text: string,
  sink: Sink,
  each: (item: unknown, where: string, index: number) => void,
): void {
  const json = parseJson(text);
  if ('reason' in json) {
    sink.rejections.push(json);
    return;
  }
  if (!Array.isArray(json.value)) {
    each(json.value, '', 0);
    return;
  }
  if (json.value.length > MAX_READINGS_PER_MESSAGE) {
    sink.rejections.push(tooManyReadings(json.value.length));
    return;
  }
  if (json.value.length === 0)
    sink.rejections.push({ reason: 'payload-empty', detail: 'the array is empty' });
  json.value.forEach((item, index) => each(item, `item ${index + 1}: `, index));
}

interface ReadValue {
  readonly value: number;
  readonly unit: string | undefined;
  readonly when: When;
}

function readValue(value: unknown, when: When): ReadValue | Rejection {
  if (!isObject(value)) return withDefaults(parseValue(value), when);
  return readValueAndUnit(value, when);
}

function readValueObject(item: JsonObject, fallback: Micros, now: Micros): ReadValue | Rejection {
  const when = readTime(item, fallback, now);
  return 'reason' in when ? when : readValueAndUnit(item, when);
}

function readValueAndUnit(item: JsonObject, when: When): ReadValue | Rejection {
  const value = parseValue(own(item, 'value'));
  if (typeof value !== 'number') return value;
  const given = own(item, 'unit');
  if (given === undefined || given === null) return { value, unit: undefined, when };
  const unit = parseUnit(given);
  return typeof unit === 'string' ? { value, unit, when } : unit;
}

/** A station whose clock is not set yet may say so with `"time":null`. */
function readTime(item: JsonObject, fallback: Micros, now: Micros): When | Rejection {
  const time = own(item, 'time');
  if (time === undefined || time === null) return ourTime(fallback);
  const measuredAt = parseMeasuredAt(time, now);
  return typeof measuredAt === 'number' ? { measuredAt, hasOwnTime: true } : measuredAt;
}

function ourTime(receivedAt: Micros): When {
  return { measuredAt: receivedAt, hasOwnTime: false };
}

function withDefaults(value: number | Rejection, when: When): ReadValue | Rejection {
  return typeof value === 'number' ? { value, unit: undefined, when } : value;
}

function reading(
  { station, metric }: { readonly station: string; readonly metric: string },
  value: number,
  unit: string | undefined,
  { measuredAt, hasOwnTime }: When,
): Reading {
  return { station, metric, value, unit, measuredAt, hasOwnTime };
}

function looksLikeJson(text: string): boolean {
  const first = text.trimStart()[0];
  return first === '{' || first === '[' || first === '"';
}

/** Of keys that stand twice, the last one counts, as `JSON.parse` has it. */
function parseJson(text: string): { readonly value: unknown } | Rejection {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { reason: 'payload-not-understood', detail: `${quote(text)} is not valid JSON` };
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(item: JsonObject, key: string): unknown {
  return Object.hasOwn(item, key) ? item[key] : undefined;
}

function at(where: string, rejection: Rejection): Rejection {
  return where === '' ? rejection : { reason: rejection.reason, detail: where + rejection.detail };
}

function tooManyReadings(count: number): Rejection {
  return {
    reason: 'too-many-readings',
    detail: `${count} readings in one message; ${MAX_READINGS_PER_MESSAGE} are allowed`,
  };
}

function refuse(station: string | null, rejection: Rejection): Decoded {
  return { station, readings: [], rejections: [rejection], status: null };
}
