import type { Changes } from './journal.ts';
import type { QueuedMessage, QueuedMessages } from './queued-messages.ts';
import { keys } from './records.ts';

const MAX_PACKET_ID = 65_535;
/** Stands behind the packet identifier of a message whose receipt (PUBREC) is known. */
const RECEIVED = ' received';

/** How Aedes tells packets apart. */
interface Numbered {
  readonly brokerId: string;
  readonly brokerCounter: number;
}

interface Entry {
  readonly number: number;
  readonly packet: string;
  /** Under which it was sent; `undefined` until it is. */
  packetId: number | undefined;
  /** `undefined` after PUBREC: from then on only the identifier is asked for. */
  message: QueuedMessage | undefined;
}

/** What Aedes sends to a client that has come back. */
export type Redelivery =
  | {
      readonly cmd: 'publish';
      readonly topic: string;
      readonly payload: Buffer | string;
      readonly qos: 0 | 1 | 2;
      readonly retain: false;
      readonly dup: boolean;
      readonly brokerId: string;
      readonly brokerCounter: number;
      readonly messageId: number | undefined;
    }
  | { readonly cmd: 'pubrel'; readonly messageId: number };

/**
 * The messages of QoS 1 and 2 that a session has not acknowledged, in the order in which they were published. Each step
 * costs the same, however many are queued:
 *
 *     add --(sent)--> has a packet identifier --(PUBREC)--> received --(PUBACK, PUBCOMP)--> gone
 */
export class OutgoingQueue {
  readonly #session: number;
  readonly #changes: Changes;
  readonly #messages: QueuedMessages;
  /** By Aedes' number of the packet, and in order. */
  readonly #entries = new Map<string, Entry>();
  readonly #byPacketId = new Map<number, Entry>();
  #lastFoundFree = 0;

  constructor(session: number, changes: Changes, messages: QueuedMessages) {
    this.#session = session;
    this.#changes = changes;
    this.#messages = messages;
  }

  get size(): number {
    return this.#entries.size;
  }

  add(message: QueuedMessage): void {
    const entry = { number: message.number, packet: packetOf(message), packetId: undefined, message };
    this.#entries.set(entry.packet, entry);
    this.#changes.create(this.#keyOf(entry), encodeState(entry));
  }

  /**
   * Notes that a message is sent.
   * @returns the identifier to send it under: another one, if a message of an earlier connection has this one, or
   * if it was sent before [MQTT-4.4.0-1]; `undefined` for a message that is not (or no longer) queued
   */
  sent(packet: Numbered, packetId: number): number | undefined {
    const entry = this.#entries.get(packetOf(packet));
    if (entry === undefined || entry.packetId !== undefined) return entry?.packetId;
    entry.packetId = this.#byPacketId.has(packetId) ? this.#findFree() : packetId;
    this.#byPacketId.set(entry.packetId, entry);
    this.#changes.put(this.#keyOf(entry), encodeState(entry));
    return entry.packetId;
  }

  /** PUBREC has come. */
  received(packetId: number): void {
    const entry = this.#byPacketId.get(packetId);
    if (entry?.message === undefined) return;
    this.#messages.release(entry.message);
    entry.message = undefined;
    this.#changes.put(this.#keyOf(entry), encodeState(entry));
  }

  /** PUBACK or PUBCOMP has come. */
  acknowledged(packetId: number): void {
    const entry = this.#byPacketId.get(packetId);
    if (entry !== undefined) this.#remove(entry);
  }

  clear(): void {
    for (const entry of this.#entries.values()) this.#remove(entry);
  }

  /** What is queued now, but for what is acknowledged before its turn comes. What was sent before is a duplicate. */
  *redeliveries(): Generator<Redelivery> {
    // A copy: what comes from now on Aedes sends by itself.
    const queued = [...this.#entries.values()];
    for (const entry of queued) {
      if (this.#entries.get(entry.packet) === entry) yield toRedelivery(entry);
    }
  }

  /**
   * Takes back what {@link encodeState} has written.
   * @returns whether it makes sense
   */
  restore(number: number, state: string, message: QueuedMessage | undefined): boolean {
    const isReceived = state.endsWith(RECEIVED);
    const packetId = state === '' ? undefined : Number.parseInt(state, 10);
    if (Number.isNaN(packetId) || (message === undefined && !isReceived)) return false;
    const kept = isReceived ? undefined : message;
    const entry = { number, packet: kept ? packetOf(kept) : `received/${number}`, packetId, message: kept };
    if (kept) this.#messages.claim(kept);
    this.#entries.set(entry.packet, entry);
    if (packetId !== undefined) this.#byPacketId.set(packetId, entry);
    return true;
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.packet);
    if (entry.packetId !== undefined) this.#byPacketId.delete(entry.packetId);
    if (entry.message !== undefined) this.#messages.release(entry.message);
    this.#changes.remove(this.#keyOf(entry));
  }

  /** There is one: fewer messages can be queued than there are identifiers. */
  #findFree(): number {
    do this.#lastFoundFree = (this.#lastFoundFree % MAX_PACKET_ID) + 1;
    while (this.#byPacketId.has(this.#lastFoundFree));
    return this.#lastFoundFree;
  }

  #keyOf({ number }: Entry): string {
    return keys.queued(this.#session, number);
  }
}

function toRedelivery({ message, packetId }: Entry): Redelivery {
  if (message === undefined) return { cmd: 'pubrel', messageId: packetId! };
  const { topic, payload, qos, brokerId, brokerCounter } = message;
  // Not retained, whatever its publisher has said: it is sent for a subscription that was there before it [MQTT-3.3.1-9].
  const fixed = { cmd: 'publish', retain: false } as const;
  return {
    ...fixed,
    topic,
    payload,
    qos,
    dup: packetId !== undefined,
    brokerId,
    brokerCounter,
    messageId: packetId,
  };
}

/** The packet identifier, if there is one, and whether PUBREC has come. */
function encodeState({ packetId, message }: Entry): Buffer {
  return Buffer.from(`${packetId ?? ''}${message === undefined ? RECEIVED : ''}`);
}

function packetOf({ brokerId, brokerCounter }: Numbered): string {
  return `${brokerCounter} ${brokerId}`;
}
