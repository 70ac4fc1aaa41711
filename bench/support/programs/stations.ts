import { connect, type Socket } from 'node:net';
import { type LoadOptions, type LoadResult, stationName } from '../load.ts';
import { percentile } from '../percentile.ts';

// The load: stations that publish at QoS 1. It writes raw packets, for a client library is slower than what is measured.
// The readings of a station count up, so that the table can be held against the acknowledgements: of n acknowledged
// readings, each of the first n values must be there. PUBACKs must come in order. Prints a LoadResult as JSON.

const PUBLISH_QOS_1 = 0x32;
const CONNACK_BYTES = 4;
const PUBACK_BYTES = 4;
const MAX_READING_BYTES = 64;
const CONNECTING_AT_ONCE = 500;

const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const {
  readingsPerMessage = 1,
  segmented = false,
  firstValue = 0,
  messagesPerSecond,
  messagesTogether = 1,
} = options;
const firstTime = Date.now() - 3_600_000;
let stopped = false;

class Station {
  readonly #socket: Socket;
  readonly #topic: Buffer;
  readonly #maxPacketBytes: number;
  #sent = 0;
  #receivedBytes = -CONNACK_BYTES;
  /** The last two bytes, which are those of a packet identifier where a PUBACK ends. */
  #packetId = 0;
  /** When each message was sent that is not acknowledged yet; only where latency is measured. */
  readonly #sentAt: number[] = [];
  acknowledged = 0;

  constructor(index: number, onReady: () => void) {
    this.#topic = Buffer.from(`stations/${stationName(index)}/temperature`);
    this.#maxPacketBytes = 16 + this.#topic.length + readingsPerMessage * MAX_READING_BYTES;
    this.#socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    this.#socket.write(connectPacket(stationName(index)));
    this.#socket.on('error', fail);
    this.#socket.on('close', () => void (stopped || fail(new Error('a connection was closed'))));
    this.#socket.on('data', (bytes) => {
      const due = this.#readAcknowledgements(bytes, onReady);
      if (messagesPerSecond !== undefined) this.#noteLatency(due);
      else if (due > 0 && !stopped) this.publish(due);
    });
  }

  /** @returns how many have come; @throws unless each is of the message that is due [MQTT-4.6.0-2] */
  #readAcknowledgements(bytes: Buffer, onReady: () => void): number {
    const before = this.acknowledged;
    for (const byte of bytes) {
      const place = this.#receivedBytes;
      this.#receivedBytes += 1;
      if (place < 0) {
        if (place === -1) onReady();
        continue;
      }
      this.#packetId = ((this.#packetId << 8) | byte) & 0xffff;
      if (place % PUBACK_BYTES !== PUBACK_BYTES - 1) continue;
      if (this.#packetId !== packetIdOf(this.acknowledged)) fail(new Error('a PUBACK is out of order'));
      this.acknowledged += 1;
    }
    return this.acknowledged - before;
  }

  publish(count: number): void {
    const packets = Buffer.allocUnsafe(count * this.#maxPacketBytes);
    let end = 0;
    for (let index = 0; index < count; index += 1) {
      const start = end;
      end = this.#writePacket(packets, end);
      if (segmented) this.#socket.write(packets.subarray(start, end));
    }
    if (!segmented) this.#socket.write(packets.subarray(0, end));
    if (messagesPerSecond === undefined) return;
    const now = performance.now();
    for (let index = 0; index < count; index += 1) this.#sentAt.push(now);
  }

  #writePacket(packets: Buffer, at: number): number {
    const payload = payloadOf(firstValue + this.#sent * readingsPerMessage);
    const packetId = packetIdOf(this.#sent);
    this.#sent += 1;
    packets[at] = PUBLISH_QOS_1;
    let end = writeLength(packets, at + 1, 2 + this.#topic.length + 2 + payload.length);
    end = packets.writeUInt16BE(this.#topic.length, end);
    end += this.#topic.copy(packets, end);
    end = packets.writeUInt16BE(packetId, end);
    return end + packets.write(payload, end, 'latin1');
  }

  #noteLatency(count: number): void {
    const now = performance.now();
    for (const sentAt of this.#sentAt.splice(0, count)) if (isMeasuring) latencies.push(now - sentAt);
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Of the message with that number within its station. */
function packetIdOf(message: number): number {
  return (message % 65_535) + 1;
}

/** The value alone, or so many of them with times of their own. */
function payloadOf(value: number): string {
  if (readingsPerMessage === 1) return String(value);
  let items = '';
  for (let next = value; next < value + readingsPerMessage; next += 1) {
    items += `${items === '' ? '[' : ','}{"value":${next},"time":${firstTime + next - firstValue}}`;
  }
  return `${items}]`;
}

function writeLength(packet: Buffer, at: number, length: number): number {
  let end = at;
  for (let rest = length; ; rest >>= 7) {
    if (rest < 0x80) {
      packet[end++] = rest;
      return end;
    }
    packet[end++] = (rest & 0x7f) | 0x80;
  }
}

function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const header = [0x10, 12 + id.length, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 60, 0, id.length];
  return Buffer.concat([Buffer.from(header), id]);
}

/** Publishes evenly: what is due by now, a station after the other, each so many messages at once. */
function publishAtRate(rate: number): void {
  const startedAt = performance.now();
  let writes = 0;
  const timer = setInterval(() => {
    if (stopped) {
      clearInterval(timer);
      return;
    }
    const due = Math.floor((((performance.now() - startedAt) / 1000) * rate) / messagesTogether);
    for (; writes < due; writes += 1) stations[writes % stations.length]!.publish(messagesTogether);
  }, 1);
}

function fail(error: Error): never {
  process.stderr.write(`the load failed: ${error.message}\n`);
  process.exit(1);
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}

const latencies: number[] = [];
let isMeasuring = false;
const stations: Station[] = [];
for (let first = 0; first < options.stations; first += CONNECTING_AT_ONCE) {
  await new Promise<void>((resolve) => {
    const count = Math.min(CONNECTING_AT_ONCE, options.stations - first);
    let ready = 0;
    const onReady = (): void => void ((ready += 1) === count && resolve());
    for (let index = first; index < first + count; index += 1) stations.push(new Station(index, onReady));
  });
}
const total = (): number =>
  stations.reduce((sum, { acknowledged }) => sum + acknowledged, 0) * readingsPerMessage;
if (messagesPerSecond === undefined) for (const station of stations) station.publish(options.window);
else publishAtRate(messagesPerSecond);
await seconds(options.warmUpSeconds);
isMeasuring = true;
const before = total();
const startedAt = performance.now();
await seconds(options.seconds);
const rate = (total() - before) / ((performance.now() - startedAt) / 1000);
stopped = true;
const result: LoadResult = {
  rate,
  latency:
    latencies.length === 0
      ? undefined
      : { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
  firstValue,
  acknowledged: stations.map(({ acknowledged }) => acknowledged * readingsPerMessage),
};
process.stdout.write(JSON.stringify(result));
for (const station of stations) station.close();
