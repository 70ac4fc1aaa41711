import type { Changes } from './journal.ts';
import { encodeMessage, keys, type StoredMessage } from './records.ts';

/** A message that is queued for one session or more; it is kept once for all of them. */
export interface QueuedMessage extends StoredMessage {
  /** Its place in the order of all messages. */
  readonly number: number;
  /** Aedes' own number, which it asks with: each broker counts its packets. */
  readonly brokerId: string;
  readonly brokerCounter: number;
  /** How many sessions have it in their queue. */
  sessions: number;
}

/** What Aedes publishes, as far as it is kept. */
export interface Packet extends StoredMessage {
  readonly brokerId: string;
  readonly brokerCounter: number;
}

/**
 * What queues may take in memory, all together, in bytes. Without a bound a crash for lack of memory would come again with
 * each start.
 */
const MAX_BYTES = 64 * 1024 * 1024;
/** About what a message takes beside its topic and payload, in bytes, and its place in a queue. */
const BYTES_OF_MESSAGE = 256;
const BYTES_OF_PLACE = 400;

/** Stands for the brokers of earlier runs, whose counters would mean other packets now. */
const EARLIER_BROKER = 'before-the-restart';

/** The messages that are queued, however many sessions wait for each. */
export class QueuedMessages {
  readonly #changes: Changes;
  #nextNumber = 1;
  #bytes = 0;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  hasRoomFor(packet: StoredMessage, sessions: number): boolean {
    return this.#bytes + sizeOf(packet) + sessions * BYTES_OF_PLACE <= MAX_BYTES;
  }

  /** @param sessions that will have it in their queue: each must {@link release} it once */
  add({ topic, payload, qos, brokerId, brokerCounter }: Packet, sessions: number): QueuedMessage {
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const message = { number, topic, payload, qos, brokerId, brokerCounter, sessions };
    this.#bytes += sizeOf(message) + sessions * BYTES_OF_PLACE;
    this.#changes.create(keys.message(number), encodeMessage(message));
    return message;
  }

  release(message: QueuedMessage): void {
    message.sessions -= 1;
    this.#bytes -= BYTES_OF_PLACE;
    this.releaseUnused(message);
  }

  /** Removes a message that is in no queue. */
  releaseUnused(message: QueuedMessage): void {
    if (message.sessions > 0) return;
    this.#bytes -= sizeOf(message);
    this.#changes.remove(keys.message(message.number));
  }

  /** A message out of the store, which is in no queue yet. */
  restore(number: number, message: StoredMessage): QueuedMessage {
    this.noteNumber(number);
    this.#bytes += sizeOf(message);
    return { ...message, number, brokerId: EARLIER_BROKER, brokerCounter: number, sessions: 0 };
  }

  /** One more session has it in its queue. */
  claim(message: QueuedMessage): void {
    message.sessions += 1;
    this.#bytes += BYTES_OF_PLACE;
  }

  /** A number that is taken: further messages come behind it. */
  noteNumber(number: number): void {
    this.#nextNumber = Math.max(this.#nextNumber, number + 1);
  }
}

function sizeOf({ topic, payload }: StoredMessage): number {
  return Buffer.byteLength(topic) + Buffer.byteLength(payload) + BYTES_OF_MESSAGE;
}
