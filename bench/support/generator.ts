import { connect, type Socket } from 'node:net';

/**
 * The load: stations that publish at QoS 1 and keep `window` messages unacknowledged. It writes raw packets, for a
 * client library is slower than what is measured, and runs as a process of its own:
 *
 *     node --import tsx bench/support/generator.ts '{"port":1883,"stations":50,"window":20,"seconds":5,…}'
 *
 * The value of each message is its number within its station, so that the table can be held against the
 * acknowledgements: after n of them, every value below n must be there. Prints a {@link LoadResult} as JSON.
 */
export interface LoadOptions {
  readonly port: number;
  readonly stations: number;
  readonly window: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Whether each message is a segment of its own, as from boards; otherwise those that are due leave in one write. */
  readonly segmented: boolean;
}

export interface LoadResult {
  /** Acknowledgements a second, after the warm-up. */
  readonly rate: number;
  /** Acknowledgements from the first to the last, of each station. */
  readonly acknowledged: readonly number[];
}

const PUBLISH_QOS_1 = 0x32;
const CONNACK_BYTES = 4;
const PUBACK_BYTES = 4;
const MAX_PACKET_BYTES = 64;

/** The topic of a station; all of them are stations of the service, and plain topics to any other broker. */
export function stationName(index: number): string {
  return `bench-${index}`;
}

class Station {
  readonly #socket: Socket;
  readonly #topic: Buffer;
  readonly #options: LoadOptions;
  #sent = 0;
  #receivedBytes = -CONNACK_BYTES;
  acknowledged = 0;

  constructor(index: number, options: LoadOptions, onReady: () => void) {
    this.#options = options;
    this.#topic = Buffer.from(`stations/${stationName(index)}/temperature`);
    this.#socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    this.#socket.write(connectPacket(stationName(index)));
    this.#socket.on('error', fail);
    this.#socket.on('data', (bytes) => {
      const wasReady = this.#receivedBytes >= 0;
      this.#receivedBytes += bytes.length;
      if (!wasReady && this.#receivedBytes >= 0) onReady();
      const acknowledged = Math.max(0, Math.floor(this.#receivedBytes / PUBACK_BYTES));
      const due = acknowledged - this.acknowledged;
      this.acknowledged = acknowledged;
      if (due > 0 && !stopped) this.publish(due);
    });
  }

  publish(count: number): void {
    const packets = Buffer.allocUnsafe(count * MAX_PACKET_BYTES);
    let end = 0;
    for (let index = 0; index < count; index += 1) {
      const start = end;
      end = this.#writePacket(packets, end);
      if (this.#options.segmented) this.#socket.write(packets.subarray(start, end));
    }
    if (!this.#options.segmented) this.#socket.write(packets.subarray(0, end));
  }

  #writePacket(buffer: Buffer, at: number): number {
    const value = String(this.#sent);
    const packetId = (this.#sent % 65_535) + 1;
    this.#sent += 1;
    let end = at;
    buffer[end++] = PUBLISH_QOS_1;
    buffer[end++] = 2 + this.#topic.length + 2 + value.length;
    end = buffer.writeUInt16BE(this.#topic.length, end);
    end += this.#topic.copy(buffer, end);
    end = buffer.writeUInt16BE(packetId, end);
    return end + buffer.write(value, end, 'latin1');
  }

  close(): void {
    this.#socket.destroy();
  }
}

function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const header = [0x10, 12 + id.length, 0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 60, 0, id.length];
  return Buffer.concat([Buffer.from(header), id]);
}

function fail(error: Error): never {
  process.stderr.write(`the load failed: ${error.message}\n`);
  process.exit(1);
}

function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}

let stopped = false;
const options = JSON.parse(process.argv[2] ?? '{}') as LoadOptions;
const stations: Station[] = [];
await new Promise<void>((resolve) => {
  let ready = 0;
  const onReady = (): void => void ((ready += 1) === options.stations && resolve());
  for (let index = 0; index < options.stations; index += 1)
    stations.push(new Station(index, options, onReady));
});
const total = (): number => stations.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
for (const station of stations) station.publish(options.window);
await seconds(options.warmUpSeconds);
const before = total();
const startedAt = performance.now();
await seconds(options.seconds);
const rate = (total() - before) / ((performance.now() - startedAt) / 1000);
stopped = true;
const result: LoadResult = { rate, acknowledged: stations.map(({ acknowledged }) => acknowledged) };
process.stdout.write(JSON.stringify(result));
for (const station of stations) station.close();
