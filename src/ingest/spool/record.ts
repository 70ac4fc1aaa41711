import type { Message } from '../../telemetry/reading.ts';

/** A message in the spool. */
export interface Spooled {
  /** Counts up, without gaps. */
  readonly position: number;
  readonly message: Message;
  /** Bytes of all records up to this one, also of those that have been removed. */
  readonly totalBytes: number;
}

const FORMAT = 1;
const KEY_BYTES = 8;
/** Format and QoS, total bytes and both times of receipt, and the lengths of topic and client identifier. */
const HEAD_BYTES = 2 + 3 * 8 + 2 + 4;
/** Stands for the length of a client identifier that is not there. */
const NO_CLIENT_ID = 0xffff_ffff;

/** Of positions: sorts as they do. */
export function encodeKey(position: number): Buffer {
  const key = Buffer.allocUnsafe(KEY_BYTES);
  key.writeBigUInt64BE(BigInt(position));
  return key;
}

/** What a record takes, its key included, in bytes. */
export function recordBytes({ topic, clientId, payload }: Message): number {
  return KEY_BYTES + HEAD_BYTES + Buffer.byteLength(topic) + textBytes(clientId) + payload.length;
}

/** @param totalBytes see {@link Spooled} */
export function encodeRecord(message: Message, totalBytes: number): Buffer {
  const { topic, clientId, payload, qos, receivedAt, firstReceivedAt } = message;
  const record = Buffer.allocUnsafe(recordBytes(message) - KEY_BYTES);
  let end = record.writeUInt8(FORMAT, 0);
  end = record.writeUInt8(qos, end);
  end = record.writeDoubleBE(totalBytes, end);
  end = record.writeDoubleBE(receivedAt, end);
  end = record.writeDoubleBE(firstReceivedAt, end);
  end = record.writeUInt16BE(Buffer.byteLength(topic), end);
  end = record.writeUInt32BE(clientId === null ? NO_CLIENT_ID : textBytes(clientId), end);
  end += record.write(topic, end);
  if (clientId !== null) end += record.write(clientId, end);
  record.set(payload, end);
  return record;
}

/** @throws when it was written by a newer version */
export function decodeRecord(key: Buffer, record: Buffer): Spooled {
  const format = record.readUInt8(0);
  if (format !== FORMAT) throw new Error(`the spool holds a record of format ${format}, not ${FORMAT}`);
  const topicEnd = HEAD_BYTES + record.readUInt16BE(26);
  const clientIdLength = record.readUInt32BE(28);
  const clientIdEnd = topicEnd + (clientIdLength === NO_CLIENT_ID ? 0 : clientIdLength);
  const message: Message = {
    topic: record.toString('utf8', HEAD_BYTES, topicEnd),
    payload: record.subarray(clientIdEnd),
    qos: toQos(record.readUInt8(1)),
    clientId: clientIdLength === NO_CLIENT_ID ? null : record.toString('utf8', topicEnd, clientIdEnd),
    receivedAt: record.readDoubleBE(10),
    firstReceivedAt: record.readDoubleBE(18),
  };
  return { position: Number(key.readBigUInt64BE()), message, totalBytes: record.readDoubleBE(2) };
}

function textBytes(text: string | null): number {
  return text === null ? 0 : Buffer.byteLength(text);
}

function toQos(byte: number): 0 | 1 | 2 {
  return byte === 0 || byte === 1 ? byte : 2;
}
