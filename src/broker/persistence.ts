import { Readable } from 'node:stream';
import type { StationSnapshot } from '../telemetry/station.ts';
import type { Discovery } from './home-assistant/discovery.ts';
import { retainedLive } from './live-topics.ts';
import { type PersistedIncoming, persistIncoming } from './persisted-incoming.ts';
import { type PersistedOutgoing, persistOutgoing } from './persisted-outgoing.ts';
import { type PersistedSubscriptions, persistSubscriptions } from './persisted-subscriptions.ts';
import type { BrokerState } from './state/broker-state.ts';
import type { StoredMessage } from './state/records.ts';
import type { Owner } from './state/session-store.ts';

/**
 * What Aedes asks of the place where it keeps sessions and retained messages. Its own types know callbacks only, of which
 * it uses none. All is answered from memory, and nothing is ever refused or put off: a packet that Aedes has
 * numbered, and that then waited here or failed, would hold up all that follow. Only the two questions for a QoS 2
 * number that is not open are answered with an error, as Aedes wants it.
 */
export interface Persistence extends PersistedSubscriptions, PersistedOutgoing, PersistedIncoming {
  /** Aedes insists on an async function. */
  setup(): Promise<void>;
  storeRetained(message: StoredMessage): Promise<void>;
  createRetainedStreamCombi(filters: readonly string[]): Readable;
  putWill(): Promise<void>;
  delWill(): Promise<void>;
  streamWill(): Readable;
}

export interface PersistenceParts {
  readonly state: BrokerState;
  /** What is retained below `live/` isn't kept but made of their newest readings for each subscriber. */
  readonly stations: () => readonly StationSnapshot[];
  /** What Home Assistant is told of the stations is made likewise. */
  readonly discovery?: Pick<Discovery, 'retained'> | undefined;
  /** Whether a client was granted a filter. */
  readonly isGranted: (client: Owner, filter: string) => boolean;
}

export function createPersistence(parts: PersistenceParts): Persistence {
  const { state, stations, discovery, isGranted } = parts;
  const { sessions, retained } = state;
  return {
    async setup() {},
    async storeRetained(message) {
      retained.store(message);
    },
    createRetainedStreamCombi: (filters) =>
      Readable.from(
        concatenate(
          [retainedLive(filters, stations), discovery?.retained(filters) ?? []],
          retained.match(filters),
        ),
      ),
    ...persistSubscriptions(sessions, isGranted),
    ...persistOutgoing(sessions),
    ...persistIncoming(sessions),
    // Wills are kept for brokers that find another one dead; there is only this one, and after a jump of the clock it
    // would take itself for dead. Those of its clients Aedes keeps with the connection.
    async putWill() {},
    async delWill() {},
    streamWill: () => Readable.from([]),
  };
}

function* concatenate(made: readonly Iterable<object>[], stored: Iterable<StoredMessage>): Generator<object> {
  for (const messages of made) yield* messages;
  for (const message of stored) yield { cmd: 'publish', retain: true, ...message };
}
