import { generate, type Packet } from 'mqtt-packet';

/** Who connects. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** CONNECT of MQTT 3.1.1 with a clean session and no keepalive, unless told otherwise. */
export function connectBytes(clientId: string, more: object = {}): Buffer {
  return bytesOf({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId,
    clean: true,
    keepalive: 0,
    ...more,
  });
}

export function publishBytes(
  topic: string,
  payload: string | Buffer,
  more: { readonly qos?: 0 | 1 | 2; readonly messageId?: number; readonly retain?: boolean } = {},
): Buffer {
  return bytesOf({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false, ...more });
}

export function subscribeBytes(messageId: number, filters: readonly string[], qos: 0 | 1 | 2 = 0): Buffer {
  return bytesOf({ cmd: 'subscribe', messageId, subscriptions: filters.map((topic) => ({ topic, qos })) });
}

export const PINGREQ = bytesOf({ cmd: 'pingreq' });

/** A field of a packet: its length in two bytes, then its content. */
export function fieldBytes(content: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(content.length);
  return Buffer.concat([length, content]);
}

/** PUBLISH at QoS 1 on a topic of any bytes, which a generator would refuse. */
export function rawPublishBytes(topic: Buffer, messageId: number, payload = '1'): Buffer {
  const id = Buffer.alloc(2);
  id.writeUInt16BE(messageId);
  return framed(0x32, Buffer.concat([fieldBytes(topic), id, Buffer.from(payload)]));
}

/** SUBSCRIBE at QoS 0 to a filter of any bytes. */
export function rawSubscribeBytes(filter: Buffer, messageId: number): Buffer {
  const id = Buffer.alloc(2);
  id.writeUInt16BE(messageId);
  return framed(0x82, Buffer.concat([id, fieldBytes(filter), Buffer.of(0)]));
}

/** A packet: its first byte, the length of its body, its body. */
export function framed(first: number, body: Buffer): Buffer {
  const head = [first];
  let rest = body.length;
  do {
    head.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from(head), body]);
}

export function bytesOf(packet: Packet): Buffer {
  return generate(packet);
}
