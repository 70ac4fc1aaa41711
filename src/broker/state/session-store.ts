import type { Logger } from 'pino';
import type { Credential } from '../../access/credential.ts';
import { maySubscribe } from '../../access/permissions.ts';
import type { Micros } from '../../telemetry/reading.ts';
import { AwaySessions } from './away-sessions.ts';
import { FilterTree } from './filter-tree.ts';
import type { Changes } from './journal.ts';
import { type Packet, QueuedMessages } from './queued-messages.ts';
import { Session, type Subscriber, type Subscription } from './session.ts';

/** A client, as far as sessions know it. */
export interface Owner {
  readonly id: string;
  /** Whether its session ends with the connection. */
  readonly clean: boolean;
}

export interface SessionCounters {
  /** Messages that were not queued for a session, because too many are. */
  queued_messages_dropped: number;
  /** Sessions that ended because their client had been away for too long. */
  sessions_expired: number;
  /** Sessions that ended because too many were away. */
  sessions_dropped: number;
}

export interface SessionStoreParts {
  readonly changes: Changes;
  readonly now: () => Micros;
  readonly log: Logger;
  readonly counters: SessionCounters;
  /** The credential that a client identifier is used with now; `null` for none. */
  readonly ownerOf: (clientId: string) => number | null;
  /** Whether a client that is connected may be subscribed to a filter of the session that it takes over. */
  readonly mayKeep: (client: Owner, filter: string) => boolean;
  /** Messages that are kept for a session whose client is away, or does not acknowledge them. */
  readonly maxQueuedMessages: number;
  /** Told of filters that messages are queued for. */
  readonly interest: { keep(filter: string): void; release(filter: string): void };
}

const NOWHERE: Changes = { create() {}, put() {}, remove() {} };

/** Sessions, which begin with the first thing to remember of a client and end with the last. */
export class SessionStore {
  readonly messages: QueuedMessages;
  readonly #parts: SessionStoreParts;
  readonly #sessions = new Map<string, Session>();
  readonly #connected = new Map<string, Owner>();
  readonly #subscribers = new FilterTree<Subscriber>();
  readonly #away: AwaySessions;
  #nextNumber = 1;

  constructor(parts: SessionStoreParts) {
    this.#parts = parts;
    this.messages = new QueuedMessages(parts.changes);
    this.#away = new AwaySessions({ ...parts, drop: (session) => this.forget(session.clientId) });
  }

  find(clientId: string): Session | undefined {
    return this.#sessions.get(clientId);
  }

  /** The session of a client; it is begun if there is none. */
  of(client: Owner): Session {
    const found = this.#sessions.get(client.id);
    if (found !== undefined) return found;
    // What ends with the connection need not be written down: it has ended when it could be read.
    const changes = client.clean ? NOWHERE : this.#parts.changes;
    const parts = { changes, messages: this.messages };
    const session = new Session(parts, client.id, this.#nextNumber, this.#parts.ownerOf(client.id));
    this.#nextNumber += 1;
    this.#sessions.set(client.id, session);
    if (this.#connected.has(client.id)) session.setAwaySince(null);
    else if (!client.clean) this.#leave(session);
    return session;
  }

  subscribe(client: Owner, subscription: Subscription): void {
    const session = this.of(client);
    this.#unlist(session.subscriberOf(subscription.topic));
    this.#list(session.subscribe(subscription));
  }

  unsubscribe(clientId: string, filter: string): void {
    const session = this.find(clientId);
    this.#unlist(session?.subscriberOf(filter));
    session?.unsubscribe(filter);
    this.endIfEmpty(session);
  }

  /** All subscribers of QoS 1 and 2 to a topic, with sessions that outlive their connection. */
  subscribersOf(topic: string): readonly Subscriber[] {
    return this.#subscribers.match(topic);
  }

  /** Queues a message, once for each session. Where there is no room the newest messages are left out, and counted. */
  enqueue(clientIds: Iterable<string>, packet: Packet): void {
    const sessions: Session[] = [];
    for (const clientId of new Set(clientIds)) {
      const session = this.find(clientId);
      // A session may have ended since it was asked for.
      if (session === undefined) continue;
      if (session.queue.size >= this.#parts.maxQueuedMessages)
        this.#parts.counters.queued_messages_dropped += 1;
      else sessions.push(session);
    }
    if (sessions.length === 0) return;
    if (!this.messages.hasRoomFor(packet, sessions.length)) {
      this.#parts.counters.queued_messages_dropped += sessions.length;
      return;
    }
    const message = this.messages.add(packet, sessions.length);
    for (const { queue } of sessions) queue.add(message);
  }

  endIfEmpty(session: Session | undefined): void {
    if (session?.isEmpty) this.forget(session.clientId);
  }

  /** Ends a session [MQTT-3.1.2-6]. */
  forget(clientId: string): void {
    const session = this.find(clientId);
    if (session === undefined) return;
    for (const subscriber of session.subscribers()) this.#unlist(subscriber);
    session.clear();
    this.#sessions.delete(clientId);
    this.#away.delete(session);
  }

  connected(client: Owner): void {
    this.#connected.set(client.id, client);
    const session = this.find(client.id);
    if (session === undefined) return;
    const owner = this.#parts.ownerOf(client.id);
    if (owner !== session.owner) {
      session.setOwner(owner);
      // It was begun by somebody who could read more.
      this.#keepOnly(session, (filter) => this.#parts.mayKeep(client, filter));
    }
    if (session.awaySince === null) return;
    this.#away.delete(session);
    session.setAwaySince(null);
  }

  left(client: Owner): void {
    // Its place may have been taken by another connection.
    if (this.#connected.get(client.id) !== client) return;
    this.#connected.delete(client.id);
    const session = this.find(client.id);
    if (session !== undefined && !client.clean) this.#leave(session);
  }

  /** Ends the sessions of credentials that there are no more, and subscriptions that are no longer allowed. */
  review(find: (owner: number) => Credential | undefined): void {
    for (const session of this.#sessions.values()) {
      if (session.owner === null) continue;
      const credential = find(session.owner);
      if (credential === undefined) {
        this.forget(session.clientId);
        continue;
      }
      this.#keepOnly(session, (filter) => maySubscribe(credential, filter));
    }
  }

  /** Ends sessions that have been away for too long. To be called now and then. */
  expire(): void {
    this.#away.expire();
  }

  /** A session out of the store, which is to be filled before it is {@link adopt adopted}. */
  restore(clientId: string, number: number, owner: number | null): Session {
    this.#nextNumber = Math.max(this.#nextNumber, number + 1);
    const parts = { changes: this.#parts.changes, messages: this.messages };
    return new Session(parts, clientId, number, owner);
  }

  /** @param awaySince `null` where the service has ended while its client was connected: it is away since now */
  adopt(sessions: Iterable<readonly [Session, awaySince: Micros | null]>): void {
    const now = this.#parts.now();
    const inOrder = [...sessions].toSorted(([, one], [, other]) => (one ?? now) - (other ?? now));
    for (const [session, awaySince] of inOrder) {
      this.#sessions.set(session.clientId, session);
      for (const subscriber of session.subscribers()) this.#list(subscriber);
      session.setAwaySince(awaySince ?? now);
      this.#away.add(session);
      this.endIfEmpty(session);
    }
    this.expire();
  }

  #keepOnly(session: Session, isAllowed: (filter: string) => boolean): void {
    for (const { subscription } of session.subscribers()) {
      if (!isAllowed(subscription.topic)) this.unsubscribe(session.clientId, subscription.topic);
    }
  }

  #leave(session: Session): void {
    session.setAwaySince(this.#parts.now());
    this.#away.add(session);
  }

  /** At QoS 0 nothing is queued. */
  #list(subscriber: Subscriber): void {
    const { topic, qos } = subscriber.subscription;
    if (qos === 0) return;
    this.#subscribers.add(topic, subscriber);
    this.#parts.interest.keep(topic);
  }

  #unlist(subscriber: Subscriber | undefined): void {
    if (subscriber === undefined || subscriber.subscription.qos === 0) return;
    this.#subscribers.remove(subscriber.subscription.topic, subscriber);
    this.#parts.interest.release(subscriber.subscription.topic);
  }
}
