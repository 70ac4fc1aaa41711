import type { Micros } from '../../telemetry/reading.ts';
import type { Changes } from './journal.ts';
import { OutgoingQueue } from './outgoing-queue.ts';
import type { QueuedMessages } from './queued-messages.ts';
import { encodeObject, keys } from './records.ts';

/** As Aedes gives and takes it; what else it puts in, for MQTT 5, is kept with it. */
export interface Subscription {
  readonly topic: string;
  readonly qos: 0 | 1 | 2;
}

/** A subscription and whose it is. */
export interface Subscriber {
  readonly clientId: string;
  readonly subscription: Subscription;
}

export interface SessionParts {
  readonly changes: Changes;
  readonly messages: QueuedMessages;
}

/** What outlives the connection of a client. */
export class Session {
  readonly clientId: string;
  readonly number: number;
  readonly queue: OutgoingQueue;
  /** By filter. */
  readonly #subscribers = new Map<string, Subscriber>();
  /** Identifiers of QoS 2 messages of this client that were taken, and for which PUBREL has not come. */
  readonly #open = new Set<number>();
  readonly #changes: Changes;
  /** `null` while the client is connected. */
  #awaySince: Micros | null = null;
  #owner: number | null;

  /** @param owner the credential that it belongs to; `null` for none */
  constructor(parts: SessionParts, clientId: string, number: number, owner: number | null) {
    this.clientId = clientId;
    this.number = number;
    this.#owner = owner;
    this.#changes = parts.changes;
    this.queue = new OutgoingQueue(number, parts.changes, parts.messages);
  }

  get owner(): number | null {
    return this.#owner;
  }

  get awaySince(): Micros | null {
    return this.#awaySince;
  }

  /** Whether there is nothing to remember. */
  get isEmpty(): boolean {
    return this.#subscribers.size === 0 && this.#open.size === 0 && this.queue.size === 0;
  }

  subscribers(): Iterable<Subscriber> {
    return this.#subscribers.values();
  }

  subscriberOf(filter: string): Subscriber | undefined {
    return this.#subscribers.get(filter);
  }

  /** How many QoS 2 messages of the client are half-way. */
  get openCount(): number {
    return this.#open.size;
  }

  isOpen(packetId: number): boolean {
    return this.#open.has(packetId);
  }

  setAwaySince(time: Micros | null): void {
    this.#awaySince = time;
    this.#writeDown();
  }

  setOwner(owner: number | null): void {
    if (owner === this.#owner) return;
    this.#owner = owner;
    this.#writeDown();
  }

  subscribe(subscription: Subscription): Subscriber {
    const { topic, ...rest } = subscription;
    this.#changes.put(keys.filter(this.number, topic), encodeObject(rest));
    return this.restoreSubscription(subscription);
  }

  unsubscribe(filter: string): void {
    if (this.#subscribers.delete(filter)) this.#changes.remove(keys.filter(this.number, filter));
  }

  open(packetId: number): void {
    if (this.#open.has(packetId)) return;
    this.#open.add(packetId);
    this.#changes.put(keys.open(this.number, packetId), Buffer.alloc(0));
  }

  /** @returns whether it was open */
  close(packetId: number): boolean {
    if (!this.#open.delete(packetId)) return false;
    this.#changes.remove(keys.open(this.number, packetId));
    return true;
  }

  closeAll(): void {
    for (const packetId of this.#open) this.close(packetId);
  }

  /** Forgets everything. */
  clear(): void {
    for (const filter of this.#subscribers.keys()) this.unsubscribe(filter);
    this.closeAll();
    this.queue.clear();
    this.#changes.remove(keys.session(this.number));
  }

  restoreSubscription(subscription: Subscription): Subscriber {
    const subscriber = { clientId: this.clientId, subscription: { ...subscription } };
    this.#subscribers.set(subscription.topic, subscriber);
    return subscriber;
  }

  restoreOpen(packetId: number): void {
    this.#open.add(packetId);
  }

  #writeDown(): void {
    const record = { id: this.clientId, awaySince: this.#awaySince, owner: this.#owner };
    this.#changes.put(keys.session(this.number), encodeObject(record));
  }
}
