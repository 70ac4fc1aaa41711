import { connect, type Socket } from 'node:net';
import type { Messages } from './messages.ts';
import { connectPacket, publishPacket } from './packets.ts';

/** Of CONNACK and PUBACK; nothing else comes, for nothing is subscribed to. */
const ANSWER_BYTES = 4;
const CONNACK = 0x20;
const PUBACK = 0x40;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
const CONNACK_LIMIT_MS = 5_000;

export interface PublisherOptions {
  readonly station: string;
  readonly messages: Messages;
  /** How many messages may be unacknowledged. */
  readonly window: number;
  /** Where the broker is; `undefined` while it is known to be nowhere. */
  readonly port: () => number | undefined;
  readonly onAcknowledged: () => void;
}

/**
 * A station that publishes at QoS 1 and loses nothing of its own, whatever becomes of the broker:
 *
 *     waiting --(a pause)--> connecting --(CONNACK)--> open
 *        ^-------------(refused or broken)---------------'
 *
 * What is unacknowledged is sent again first on the next connection, with DUP set and the same packet identifiers
 * [MQTT-4.4.0-1]. It knows of each message whether its PUBACK has come.
 */
export class Publisher {
  readonly station: string;
  readonly topic: string;
  readonly messages: Messages;
  /** By the number of the message. */
  readonly acknowledged: boolean[] = [];
  /** PUBACKs that came out of order, or for nothing that was sent [MQTT-4.6.0-2]. */
  strayAcknowledgements = 0;
  readonly #options: PublisherOptions;
  readonly #unacknowledged: number[] = [];
  #sent = 0;
  #socket: Socket | undefined;
  #isOpen = false;
  #isClosed = false;
  #received = Buffer.alloc(0);
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.station = options.station;
    this.topic = `stations/${options.station}/temperature`;
    this.messages = options.messages;
    this.#connect();
  }

  /** Messages that were sent at least once. */
  get sent(): number {
    return this.#sent;
  }

  get unacknowledged(): number {
    return this.#unacknowledged.length;
  }

  /** How many messages may be published now. */
  get room(): number {
    return this.#isOpen ? this.#options.window - this.#unacknowledged.length : 0;
  }

  publish(count: number): void {
    const first = this.#sent;
    this.#sent += count;
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    this.#unacknowledged.push(...numbers);
    this.#write(numbers, false);
  }

  /** Hangs up without a word; if told so, in the middle of the next packet. */
  hangUp(inPacket: boolean): void {
    if (inPacket && this.#isOpen) {
      const packet = this.#packet(this.#sent, false);
      this.#socket?.write(packet.subarray(0, packet.length >> 1));
    }
    this.#socket?.destroy();
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }

  #connect(): void {
    if (this.#isClosed) return;
    const port = this.#options.port();
    if (port === undefined) {
      this.#connectLater();
      return;
    }
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    this.#received = Buffer.alloc(0);
    socket.setTimeout(CONNACK_LIMIT_MS, () => void socket.destroy());
    socket.on('error', () => {});
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('close', () => {
      this.#isOpen = false;
      this.#connectLater();
    });
    socket.write(connectPacket(this.station));
  }

  #connectLater(): void {
    // Not all in step.
    setTimeout(() => this.#connect(), this.#pauseMs * (0.5 + Math.random() / 2));
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  #receive(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    let start = 0;
    for (; start + ANSWER_BYTES <= this.#received.length; start += ANSWER_BYTES) {
      const type = this.#received[start];
      if (type === PUBACK) this.#acknowledge(this.#received.readUInt16BE(start + 2));
      else if (type === CONNACK && this.#received[start + 3] === 0) this.#open();
      else this.#socket?.destroy();
    }
    this.#received = this.#received.subarray(start);
  }

  #open(): void {
    this.#isOpen = true;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#socket?.setTimeout(0);
    this.#write(this.#unacknowledged, true);
  }

  #acknowledge(packetId: number): void {
    const at = this.#unacknowledged.findIndex((n) => packetIdOf(n) === packetId);
    if (at !== 0) this.strayAcknowledgements += 1;
    if (at < 0) return;
    const [n] = this.#unacknowledged.splice(at, 1);
    this.acknowledged[n!] = true;
    this.#options.onAcknowledged();
  }

  #write(numbers: readonly number[], isRepeated: boolean): void {
    if (numbers.length === 0) return;
    this.#socket?.write(Buffer.concat(numbers.map((n) => this.#packet(n, isRepeated))));
  }

  #packet(n: number, isRepeated: boolean): Buffer {
    const payload = this.messages.payload(n);
    return publishPacket({ topic: this.topic, payload, packetId: packetIdOf(n), isRepeated });
  }
}

function packetIdOf(n: number): number {
  return (n % 65_535) + 1;
}
