import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import { parserOf } from './aedes-parser.ts';
import { ClosedError } from './closed-error.ts';
import type { ConnectionParts, Intake, Remote } from './connection-parts.ts';
import { refuseConnect } from './connect-rules.ts';
import type { BrokerLimits } from './limits.ts';
import { type Found, PacketCursor } from './packet-cursor.ts';
import { packetViolation } from './packet-rules.ts';
import { Pace } from './pace.ts';
import { PubackBatch } from './pubacks.ts';
import { readPublish } from './publish-packet.ts';
import { Silence } from './silence.ts';
import { turnAway } from './turn-away.ts';
import type { Unfinished } from './unfinished.ts';

/**
 * Messages of one client that may be unanswered before its socket is read no further. TCP then holds back the sender;
 * what its last chunk held still counts on top.
 */
const MAX_UNANSWERED = 1_000;
/** The same in bytes, an eighth of what all may have: one that floods should leave the others their turn. */
const MAX_UNANSWERED_BYTES = 2 * 1024 * 1024;
/** Packets of one client that are handed to Aedes in one turn of the event loop. */
const MAX_HANDED_A_TURN = 64;
/** The first byte of a packet of this type. */
const CONNECT = 0x10;

/**
 * What a client sends, on its way from the socket. Messages of QoS 0 and 1, nearly all that stations send, go straight
 * to the {@link Intake} and are acknowledged from here, all of a batch in one write; every other packet, if it
 * breaks no rule, is handed to Aedes, one at a time and in order. Aedes' own way for a message (a list of buffers, a stream of events, a write for each
 * acknowledgement) took more time than all else that the service does for it.
 *
 *     connecting --(CONNACK)--> open <--(too much is unanswered, or the client does not read)--> held --> closed
 *
 * While connecting, what comes behind CONNECT waits, and Aedes does not read on: nobody knows yet whether the client
 * may publish.
 */
export class Connection {
  readonly client: Client;
  readonly #remote: Remote;
  readonly #socket: Duplex;
  readonly #intake: Intake;
  readonly #onDelayed: () => void;
  readonly #handToAedes: (packet: Buffer) => unknown;
  readonly #limits: BrokerLimits;
  readonly #cursor = new PacketCursor();
  readonly #allUnfinished: Unfinished;
  /** How much of {@link #allUnfinished} is this client's. */
  #unfinishedBytes = 0;
  readonly #pace: Pace;
  readonly #silence: Silence;
  readonly #pubacks: PubackBatch;
  #isConnecting = false;
  #isOpen = false;
  #unanswered = 0;
  #unansweredBytes = 0;
  #isHeld = false;
  /** Whether the client has sent its last byte. */
  #hasEnded = false;
  /** Whether packets have come that wait for others' messages to be stored. */
  #isLeftOver = false;
  #handedThisTurn = 0;
  /** Whether the client has sent so fast that it is read no further for a moment. */
  #isOverPace = false;
  #wasDelayed = false;

  constructor(client: Client, socket: Duplex, remote: Remote, parts: ConnectionParts) {
    const { intake, limits, unfinished, onDelayed } = parts;
    this.#allUnfinished = unfinished;
    this.#onDelayed = onDelayed;
    this.client = client;
    this.#remote = remote;
    this.#limits = limits;
    const now = performance.now();
    this.#pace = new Pace(limits, now);
    this.#silence = new Silence(limits.maxKeepaliveMs, now);
    this.#pubacks = new PubackBatch((packets) => {
      if (!client.closed && !socket.destroyed) socket.write(packets);
    });
    this.#socket = socket;
    this.#intake = intake;
    const parser = parserOf(client);
    this.#handToAedes = parser.parse.bind(parser);
    // Until the client is connected Aedes reads the socket, and means to parse what it has read.
    parser.parse = (bytes) => this.#receive(bytes);
  }

  /** The client sends nothing more; what it has sent is still handled and acknowledged. */
  end(): void {
    this.#hasEnded = true;
    this.#mayEnd();
  }

  get address(): string {
    return this.#remote.address;
  }

  /** The connection is closed: nothing is kept of it. */
  forget(): void {
    this.#allUnfinished.replace(this.#unfinishedBytes, 0);
    this.#unfinishedBytes = 0;
  }

  /** Whether CONNACK has been sent, before which the client must get nothing [MQTT-3.2.0-1]. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** CONNACK has been sent: from now on the socket is read here. */
  open(): void {
    this.#isConnecting = false;
    this.#isOpen = true;
    this.#remote.opened?.();
    // Aedes' types leave it out. It keeps Aedes from reading, but not from answering.
    Reflect.apply(Reflect.get(this.client, 'pause'), this.client, []);
    this.#socket.removeAllListeners('readable');
    this.#socket.on('data', (chunk) => this.#receive(chunk));
    this.#socket.on('drain', () => this.#mayResume());
    this.#socket.resume();
    this.#handlePackets();
  }

  /** A message of so many bytes is under way; {@link answered} will be called for it. */
  unanswered(bytes: number): void {
    this.#unanswered += 1;
    this.#unansweredBytes += bytes;
  }

  answered(bytes: number): void {
    this.#unanswered -= 1;
    this.#unansweredBytes -= bytes;
    if (this.#isHeld) this.#mayResume();
    if (this.#hasEnded) this.#mayEnd();
  }

  /** What waits of all clients has become less. */
  relieved(): void {
    if (this.#isLeftOver) this.#handlePackets();
    this.#mayResume();
  }

  /** @param keepaliveSeconds as the client has asked for; 0 asks for none */
  expectSign(keepaliveSeconds: number): void {
    this.#silence.expect(keepaliveSeconds);
  }

  /** Whether the client has been silent for too long. While we don't read what it sends, nobody can know. */
  isSilent(now: number): boolean {
    if (this.#isHeld) this.#silence.end(now);
    return this.#silence.isTooLong(now);
  }

  /** Sends PUBACK, at the end of this tick: those of a batch leave in one write. */
  acknowledge(packetId: number): void {
    this.#pubacks.add(packetId);
  }

  #receive(chunk: Buffer): void {
    this.#silence.end(performance.now());
    this.#cursor.push(chunk);
    this.#handlePackets(chunk.length);
  }

  /** @param received bytes that have just come */
  #handlePackets(received = 0): void {
    const cursor = this.#cursor;
    let handled = 0;
    this.#isLeftOver = false;
    // Behind DISCONNECT, and whatever else makes Aedes end the connection, nothing counts any more.
    while (!this.#isConnecting && !this.client.closed && !this.#socket.destroyed) {
      if (this.#handedThisTurn >= MAX_HANDED_A_TURN) break;
      if (this.#isOpen && this.#intake.isCongested()) {
        this.#isLeftOver = true;
        break;
      }
      const found = this.#isOpen ? cursor.next(this.#limits.maxPacketBytes) : this.#nextBeforeConnack();
      if (found === 'incomplete') {
        if (!this.#keepUnfinished()) return;
        break;
      }
      if (found !== 'packet') {
        this.client.emit('error', new ClosedError(found));
        return;
      }
      handled += 1;
      if (this.#isOpen) this.#handle();
      else this.#connect();
    }
    if (handled + received > 0) this.#spend(handled, received);
    this.#mayHold();
    if (this.#hasEnded) this.#mayEnd();
  }

  /** A chunk has ended, within a packet or with it. @returns whether the connection goes on */
  #keepUnfinished(): boolean {
    const bytes = this.#cursor.bytesAhead;
    if (bytes === 0 && this.#unfinishedBytes === 0) return true;
    this.#cursor.trim();
    if (!this.#allUnfinished.replace(this.#unfinishedBytes, bytes)) {
      this.client.emit('error', new ClosedError('too-much-unfinished'));
      return false;
    }
    this.#unfinishedBytes = bytes;
    return true;
  }

  /** Once a chunk and not a packet, so a chunk may go beyond the limit; then the next one waits for longer. */
  #spend(packets: number, bytes: number): void {
    const now = performance.now();
    const waitMs = this.#pace.spend(packets, bytes, now);
    if (waitMs === 0 || this.#isOverPace || this.client.closed) return;
    if (this.#pace.isUnbearable(now)) {
      this.client.emit('error', new ClosedError('over-pace'));
      return;
    }
    this.#isOverPace = true;
    if (!this.#wasDelayed) this.#onDelayed();
    this.#wasDelayed = true;
    setTimeout(() => {
      this.#isOverPace = false;
      this.#mayResume();
    }, waitMs).unref();
  }

  #connect(): void {
    const { bytes, start, bodyStart, end } = this.#cursor;
    this.#isConnecting = true;
    const refusal = refuseConnect(bytes, bodyStart, end);
    if (refusal === null) this.#handToAedes(bytes.subarray(start, end));
    else turnAway(this.client, refusal);
  }

  #handle(): void {
    const { bytes, start, bodyStart, end } = this.#cursor;
    const publish = readPublish(bytes, start, bodyStart, end);
    if (typeof publish === 'object') {
      this.#intake.take(this, publish);
      return;
    }
    const violation = packetViolation(bytes, start, bodyStart, end);
    if (violation !== null || publish === 'malformed') {
      this.client.emit('error', new ClosedError('malformed', violation ?? undefined));
      return;
    }
    this.#countHanded();
    this.#handToAedes(bytes.subarray(start, end));
  }

  /** Aedes handles a packet at once, however much it costs: after some, it is the others' turn. */
  #countHanded(): void {
    this.#handedThisTurn += 1;
    if (this.#handedThisTurn > 1) return;
    setImmediate(() => {
      this.#handedThisTurn = 0;
      this.#handlePackets();
      this.#mayResume();
    });
  }

  #mayEnd(): void {
    if (this.#isConnecting || this.#isLeftOver || this.#unanswered > 0 || this.#handedThisTurn > 0) return;
    // Behind the acknowledgements, which are written at the end of this tick.
    setImmediate(() => this.#socket.end());
  }

  /** Nothing but CONNECT may come first [MQTT-3.1.0-1]; whoever speaks another language learns it from one byte. */
  #nextBeforeConnack(): Found {
    const first = this.#cursor.peek();
    return first === undefined || first === CONNECT
      ? this.#cursor.next(this.#limits.maxConnectBytes)
      : 'malformed';
  }

  #mayHold(): void {
    if (!this.#mustHold()) return;
    this.#isHeld = true;
    // Also when it is held already: a stream that has just begun to flow may undo the first pause.
    this.#socket.pause();
  }

  #mayResume(): void {
    if (!this.#isHeld || this.#mustHold()) return;
    this.#isHeld = false;
    this.#socket.resume();
  }

  #mustHold(): boolean {
    return (
      this.#isOverPace ||
      this.#unanswered > MAX_UNANSWERED ||
      this.#unansweredBytes > MAX_UNANSWERED_BYTES ||
      this.#handedThisTurn >= MAX_HANDED_A_TURN ||
      (this.#isOpen && this.#intake.isCongested()) ||
      this.#socket.writableNeedDrain
    );
  }
}
