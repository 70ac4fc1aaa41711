import type { Socket } from 'node:net';
import type { Client } from 'aedes';
import { type Found, PacketCursor } from './packet-cursor.ts';
import { type PublishFields, readPublish } from './publish-packet.ts';

/** Longest packet of a client, in bytes; payloads over 64 KiB are within it still rejected with a reason. */
const MAX_PACKET_BYTES = 256 * 1024;
/** Longest packet of a client that is not connected yet, in bytes. */
const MAX_FIRST_PACKET_BYTES = 4 * 1024;
/**
 * Messages of one client that may be unanswered before its socket is read no further. TCP then holds back the sender;
 * what its last chunk held still counts on top.
 */
const MAX_UNANSWERED = 1_000;
/** The first byte of a packet of this type. */
const CONNECT = 0x10;
const PUBACK = Buffer.from([0x40, 0x02, 0, 0]);

/** Does with a message of QoS 0 or 1 what is to be done; {@link Connection.answered} tells when. */
export type Take = (connection: Connection, fields: PublishFields) => void;

/** Aedes' parser, private there, so a test watches it: takes bytes and has whole packets handled at once. */
interface Parser {
  parse(bytes: Buffer): unknown;
}

/**
 * What a client sends, on its way from the socket. Messages of QoS 0 and 1, nearly all that stations send, go straight
 * to {@link Take} and are acknowledged from here, all of a batch in one write; every other packet is handed to Aedes,
 * one at a time and in order. Aedes' own way costs a message ten times as much: a list of buffers, a stream of
 * events, and a write for each acknowledgement.
 *
 *     connecting --(CONNACK)--> open <--(too much unanswered, or the client does not read)--> held --> closed
 *
 * While connecting, what comes behind CONNECT waits: nobody knows yet whether the client may publish.
 */
export class Connection {
  readonly client: Client;
  /** How long the client may be silent [MQTT-3.1.2-24]. */
  maxSilenceMs = Number.POSITIVE_INFINITY;
  #heardAt = performance.now();
  readonly #socket: Socket;
  readonly #take: Take;
  readonly #handToAedes: (packet: Buffer) => unknown;
  readonly #cursor = new PacketCursor();
  #isConnecting = false;
  #isOpen = false;
  #unanswered = 0;
  #isHeld = false;
  #acknowledgements: number[] = [];

  constructor(client: Client, socket: Socket, take: Take) {
    this.client = client;
    this.#socket = socket;
    this.#take = take;
    const parser: unknown = Reflect.get(client, '_parser');
    if (!isParser(parser)) throw new Error('this version of Aedes has another parser');
    this.#handToAedes = parser.parse.bind(parser);
    // Until the client is connected Aedes reads the socket, and means to parse what it has read.
    parser.parse = (bytes) => this.#receive(bytes);
  }

  /** The client is connected: from now on its socket is read here. */
  open(): void {
    this.#isConnecting = false;
    this.#isOpen = true;
    // Aedes' types leave it out. It keeps Aedes from reading, but not from answering.
    Reflect.apply(Reflect.get(this.client, 'pause'), this.client, []);
    this.#socket.removeAllListeners('readable');
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('drain', () => this.#mayResume());
    this.#socket.resume();
    this.#handlePackets();
  }

  /** A message is under way that {@link answered} will be called for. */
  unanswered(): void {
    this.#unanswered += 1;
  }

  answered(): void {
    this.#unanswered -= 1;
    if (this.#isHeld) this.#mayResume();
  }

  /** Whether the client has been silent for too long. While we don't read what it sends, nobody can know. */
  isSilent(now: number): boolean {
    if (this.#unanswered > MAX_UNANSWERED) this.#heardAt = now;
    return now - this.#heardAt > this.maxSilenceMs;
  }

  /** Sends PUBACK, at the end of this tick: those of a batch leave in one write. */
  acknowledge(packetId: number): void {
    if (this.#acknowledgements.push(packetId) === 1) queueMicrotask(() => this.#sendAcknowledgements());
  }

  #receive(chunk: Buffer): void {
    this.#heardAt = performance.now();
    this.#cursor.push(chunk);
    if (this.#isConnecting && this.#cursor.bytesAhead > MAX_PACKET_BYTES) {
      this.client.emit('error', new Error('the client does not wait for CONNACK'));
    } else this.#handlePackets();
  }

  #handlePackets(): void {
    const cursor = this.#cursor;
    while (!this.client.closed && !this.#isConnecting) {
      const found = this.#isOpen ? cursor.next(MAX_PACKET_BYTES) : this.#nextBeforeConnack();
      if (found === 'incomplete') break;
      if (found !== 'packet') {
        this.client.emit('error', new Error(`a packet is ${found}`));
        return;
      }
      const fields = this.#isOpen
        ? readPublish(cursor.bytes, cursor.start, cursor.bodyStart, cursor.end)
        : undefined;
      if (fields === undefined) {
        this.#isConnecting = !this.#isOpen;
        this.#handToAedes(cursor.bytes.subarray(cursor.start, cursor.end));
      } else this.#take(this, fields);
    }
    this.#mayHold();
  }

  /** Nothing but CONNECT may come first [MQTT-3.1.0-1]; whoever speaks another language learns it from one byte. */
  #nextBeforeConnack(): Found {
    const first = this.#cursor.peek();
    return first === undefined || first === CONNECT ? this.#cursor.next(MAX_FIRST_PACKET_BYTES) : 'malformed';
  }

  #mayHold(): void {
    if (this.#isHeld || !this.#mustHold()) return;
    this.#isHeld = true;
    this.#socket.pause();
  }

  #mayResume(): void {
    if (!this.#isHeld || this.#mustHold()) return;
    this.#isHeld = false;
    this.#socket.resume();
  }

  #mustHold(): boolean {
    return this.#unanswered > MAX_UNANSWERED || this.#socket.writableNeedDrain;
  }

  #sendAcknowledgements(): void {
    const packetIds = this.#acknowledgements;
    this.#acknowledgements = [];
    if (this.client.closed || this.#socket.destroyed) return;
    const packets = Buffer.allocUnsafe(packetIds.length * PUBACK.length);
    let at = 0;
    for (const packetId of packetIds) {
      packets[at] = PUBACK[0]!;
      packets[at + 1] = PUBACK[1]!;
      packets[at + 2] = packetId >> 8;
      packets[at + 3] = packetId & 0xff;
      at += PUBACK.length;
    }
    this.#socket.write(packets);
  }
}

function isParser(value: unknown): value is Parser {
  return typeof value === 'object' && value !== null && 'parse' in value;
}
