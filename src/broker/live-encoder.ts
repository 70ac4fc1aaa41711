import { formatMicros } from '../telemetry/format-time.ts';
import { memoize } from '../telemetry/memoize.ts';
import type { CommittedReading, Micros } from '../telemetry/reading.ts';
import { LIVE_PREFIX } from '../telemetry/topic.ts';

const PUBLISH_QOS_0 = 0x30;
const ONE_BYTE_LENGTH = 0x80;
const SECOND: Micros = 1_000_000;

/** PUBLISH packets of QoS 0, one after the other as they go to a socket. */
export interface EncodedReadings {
  readonly bytes: Buffer;
  /** The topic of each packet, and where it ends. */
  readonly packets: readonly { readonly topic: string; readonly end: number }[];
}

/** What is the same in all packets of a series. */
interface Head {
  readonly topic: string;
  readonly beforeValue: string;
}

/**
 * Writes committed readings as what subscribers of `live/…` get at QoS 0. It is done once for all of them, by hand: a
 * packet made by a library for each reading and subscriber takes longer than storing and acknowledging it.
 */
export function createLiveEncoder(): (readings: readonly CommittedReading[]) => EncodedReadings {
  const headOf = memoize(readHead);
  const formatTime = createTimeFormatter();
  return (readings) => {
    const texts = readings.map((reading) => {
      const { topic, beforeValue } = headOf(`${reading.station}/${reading.metric}`);
      const unit = reading.unit === null ? 'null' : JSON.stringify(reading.unit);
      const time = formatTime(reading.measuredAt);
      return { topic, json: `${beforeValue}${reading.value},"unit":${unit},"measuredAt":"${time}"}` };
    });
    const lengths = texts.map(({ topic, json }) => 2 + topic.length + Buffer.byteLength(json));
    const total = lengths.reduce((sum, length) => sum + headerBytes(length) + length, 0);
    const bytes = Buffer.allocUnsafe(total);
    let at = 0;
    const packets = texts.map(({ topic, json }, index) => {
      at = writeHeader(bytes, at, lengths[index]!);
      at = bytes.writeUInt16BE(topic.length, at);
      at += bytes.write(topic, at, 'latin1');
      at += bytes.write(json, at);
      return { topic, end: at };
    });
    return { bytes, packets };
  };
}

/** @param series `station/metric`, both of which are ASCII */
function readHead(series: string): Head {
  const [station, metric] = series.split('/');
  return {
    topic: LIVE_PREFIX + series,
    beforeValue: `{"station":${JSON.stringify(station)},"metric":${JSON.stringify(metric)},"value":`,
  };
}

/** Remembers the last whole second: readings of one batch are seldom of two. */
function createTimeFormatter(): (time: Micros) => string {
  let second = Number.NaN;
  let beforeFraction = '';
  return (time) => {
    const micros = time - second;
    if (micros >= 0 && micros < SECOND && micros % 1000 !== 0) {
      return `${beforeFraction}.${String(micros).padStart(6, '0')}Z`;
    }
    const text = formatMicros(time);
    second = Math.floor(time / SECOND) * SECOND;
    beforeFraction = text.slice(0, text.indexOf('.'));
    return text;
  };
}

/** Packet type and remaining length; a third byte is for 16 KiB, and names and units are short. */
function headerBytes(length: number): number {
  return length < ONE_BYTE_LENGTH ? 2 : 3;
}

function writeHeader(bytes: Buffer, at: number, length: number): number {
  let end = bytes.writeUInt8(PUBLISH_QOS_0, at);
  if (length >= ONE_BYTE_LENGTH) end = bytes.writeUInt8((length & 0x7f) | 0x80, end);
  return bytes.writeUInt8(length >= ONE_BYTE_LENGTH ? length >> 7 : length, end);
}
