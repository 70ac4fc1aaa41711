import { crc32 } from 'node:zlib';
import type { Message } from '../../telemetry/reading.ts';

/** A message in the spool. */
export interface Spooled {
  /** Counts up, without gaps. */
  readonly position: number;
  /** `undefined`: it was damaged on the disk. */
  readonly message: Message | undefined;
  /** Bytes of all records up to this one, also of those that have been removed. */
  readonly totalBytes: number;
}

export interface SoundRecord extends Spooled {
  readonly message: Message;
}

/** Every format from this one on begins with its number and the checksum. */
const FORMAT = 2;
/** It had no checksum. */
const FIRST_FORMAT = 1;
const KEY_BYTES = 8;
const CHECKSUM_AT = 1;
const CHECKSUM_END = CHECKSUM_AT + 4;
/** QoS, total bytes and both times of receipt, and the lengths of topic and client identifier. */
const FIELDS_BYTES = 1 + 3 * 8 + 2 + 4;
const HEAD_BYTES = CHECKSUM_END + FIELDS_BYTES;
/** Stands for the length of a client identifier that is not there. */
const NO_CLIENT_ID = 0xffff_ffff;

/** Of positions: sorts as they do. */
export function encodeKey(position: number): Buffer {
  const key = Buffer.allocUnsafe(KEY_BYTES);
  key.writeBigUInt64BE(BigInt(position));
  return key;
}

/** Whether it could be one of ours. */
export function isKey(key: Buffer): boolean {
  return key.length === KEY_BYTES && decodeKey(key) <= Number.MAX_SAFE_INTEGER;
}

export function decodeKey(key: Buffer): number {
  return Number(key.readBigUInt64BE());
}

/** What a record takes, its key included, in bytes. */
export function recordBytes({ topic, clientId, payload }: Message): number {
  return KEY_BYTES + HEAD_BYTES + Buffer.byteLength(topic) + textBytes(clientId) + payload.length;
}

/** @param totalBytes see {@link Spooled} */
export function encodeRecord(key: Buffer, message: Message, totalBytes: number): Buffer {
  const { topic, clientId, payload, qos, receivedAt, firstReceivedAt } = message;
  const record = Buffer.allocUnsafe(recordBytes(message) - KEY_BYTES);
  record.writeUInt8(FORMAT, 0);
  let end = record.writeUInt8(qos, CHECKSUM_END);
  end = record.writeDoubleBE(totalBytes, end);
  end = record.writeDoubleBE(receivedAt, end);
  end = record.writeDoubleBE(firstReceivedAt, end);
  end = record.writeUInt16BE(Buffer.byteLength(topic), end);
  end = record.writeUInt32BE(clientId === null ? NO_CLIENT_ID : textBytes(clientId), end);
  end += record.write(topic, end);
  if (clientId !== null) end += record.write(clientId, end);
  record.set(payload, end);
  record.writeUInt32BE(checksum(key, record), CHECKSUM_AT);
  return record;
}

/**
 * @returns `undefined` when it is not as it was written: the store itself looks for that only here and there
 * @throws when it was written by a newer version
 */
export function decodeRecord(key: Buffer, record: Buffer): SoundRecord | undefined {
  const format = record[0];
  if (format === FIRST_FORMAT) return decodeFields(key, record, 1);
  if (record.length < CHECKSUM_END || record.readUInt32BE(CHECKSUM_AT) !== checksum(key, record))
    return undefined;
  if (format !== FORMAT) throw new Error(`the spool holds a record of format ${format}, not ${FORMAT}`);
  return decodeFields(key, record, CHECKSUM_END);
}

/** Of all but itself; the key, too, for it is of another record when that is wrong. */
function checksum(key: Buffer, record: Buffer): number {
  return crc32(record.subarray(CHECKSUM_END), crc32(record.subarray(0, CHECKSUM_AT), crc32(key)));
}

function decodeFields(key: Buffer, record: Buffer, at: number): SoundRecord | undefined {
  const head = at + FIELDS_BYTES;
  if (record.length < head) return undefined;
  const topicEnd = head + record.readUInt16BE(at + 25);
  const clientIdLength = record.readUInt32BE(at + 27);
  const clientIdEnd = topicEnd + (clientIdLength === NO_CLIENT_ID ? 0 : clientIdLength);
  const message: Message = {
    topic: record.toString('utf8', head, topicEnd),
    payload: record.subarray(clientIdEnd),
    qos: toQos(record.readUInt8(at)),
    clientId: clientIdLength === NO_CLIENT_ID ? null : record.toString('utf8', topicEnd, clientIdEnd),
    receivedAt: record.readDoubleBE(at + 9),
    firstReceivedAt: record.readDoubleBE(at + 17),
  };
  return { position: decodeKey(key), message, totalBytes: record.readDoubleBE(at + 1) };
}

function textBytes(text: string | null): number {
  return text === null ? 0 : Buffer.byteLength(text);
}

function toQos(byte: number): 0 | 1 | 2 {
  return byte === 0 || byte === 1 ? byte : 2;
}
