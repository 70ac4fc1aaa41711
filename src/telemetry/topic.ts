import { quote } from './quote.ts';
import type { Rejection } from './reading.ts';

/** Longest topic that is looked into, in UTF-16 code units; `stations/` and two names of 64 need 138. */
export const MAX_TOPIC_LENGTH = 256;
/** The part of the tree that stations publish to. */
export const STATION_PREFIX = 'stations/';
/** The part of the tree that only we publish to, after the commit. */
export const LIVE_PREFIX = 'live/';

const STATION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const METRIC = /^[a-z][a-z0-9_.]{0,63}$/;

/** What a topic speaks of. */
export type ParsedTopic =
  /** `stations/{station}/{metric}` */
  | { readonly kind: 'metric'; readonly station: string; readonly metric: string }
  /** `stations/{station}`: several metrics at once */
  | { readonly kind: 'station'; readonly station: string }
  /** `stations/{station}/status` */
  | { readonly kind: 'status'; readonly station: string }
  /** Nothing that we can make readings of. */
  | { readonly kind: 'unknown'; readonly rejection: Rejection };

export function isStationName(text: string): boolean {
  return STATION.test(text);
}

/** `status` and `time` are taken: the one is a topic, the other a key of the payload. */
export function isMetricName(text: string): boolean {
  return METRIC.test(text) && text !== 'status' && text !== 'time';
}

/** What is wrong with what should be a station's name, and what would be right. */
export function stationNameMistake(text: string): Rejection {
  const rule = 'use up to 64 letters, digits, ., _ and -, beginning with a letter or digit';
  return { reason: 'station-name', detail: `${quote(text)} is not a station name: ${rule}` };
}

/** What is wrong with what should be a metric's name, and what would be right. */
export function metricNameMistake(text: string): Rejection {
  const detail = METRIC.test(text)
    ? `${quote(text)} is not a metric name, for it means something else there; use another one`
    : `${quote(text)} is not a metric name: use up to 64 of a-z, 0-9, _ and ., beginning with a letter`;
  return { reason: 'metric-name', detail };
}

/** Reads a topic of the native dialect. */
export function parseTopic(topic: string): ParsedTopic {
  if (topic.length > MAX_TOPIC_LENGTH) {
    return unknown(
      'topic-too-long',
      `the topic has ${topic.length} characters; ${MAX_TOPIC_LENGTH} are allowed`,
    );
  }
  if (!topic.startsWith(STATION_PREFIX)) {
    return unknown('topic-unknown', `${quote(topic)} is not a topic that readings are known to come on`);
  }
  const levels = topic.split('/');
  const [, station = '', metric] = levels;
  if (levels.length > 3) {
    return unknown('topic-unknown', `${quote(topic)} has more levels than stations/{station}/{metric}`);
  }
  if (!isStationName(station)) {
    return { kind: 'unknown', rejection: stationNameMistake(station) };
  }
  if (metric === undefined) return { kind: 'station', station };
  if (metric === 'status') return { kind: 'status', station };
  if (!isMetricName(metric)) return { kind: 'unknown', rejection: metricNameMistake(metric) };
  return { kind: 'metric', station, metric };
}

function unknown(reason: Rejection['reason'], detail: string): ParsedTopic {
  return { kind: 'unknown', rejection: { reason, detail } };
}
