import type { RefusalCounters } from './refusals.ts';
import type { StateCounters } from './state/broker-state.ts';

/** What the broker counts, from its start. */
export interface BrokerCounters extends StateCounters, RefusalCounters {
  connections_opened: number;
  connections_failed: number;
  /** Not let in, because nothing could be stored. */
  connections_refused: number;
  /** Among those that failed: closed because what they had sent could not be stored for too long. */
  connections_stalled: number;
  /** Among those that failed: closed because their credential was revoked or changed. */
  connections_revoked: number;
  /** Among those that failed: closed because too much was kept of packets that had not come to their end. */
  connections_unfinished: number;
  /** Among those that failed: no CONNECT had come in time. */
  connections_timed_out: number;
  /** Among those that failed: nothing had come for too long. */
  connections_silent: number;
  /** Among those that failed: a packet, or a message over WebSocket, was longer than it may be. */
  connections_too_long: number;
  /** Among those that failed: a packet had broken a rule of the specification. */
  connections_malformed: number;
  /** Connections that were read from more slowly at least once, for their client sent faster than it may. */
  clients_delayed: number;
  /** Subscribers that had stopped reading. */
  subscribers_cut: number;
}

export function createBrokerCounters(): BrokerCounters {
  return {
    connections_opened: 0,
    connections_failed: 0,
    connections_refused: 0,
    connections_stalled: 0,
    connections_revoked: 0,
    connections_over_limit: 0,
    connections_over_pace: 0,
    connections_unfinished: 0,
    connections_timed_out: 0,
    connections_silent: 0,
    connections_too_long: 0,
    connections_malformed: 0,
    clients_delayed: 0,
    subscribers_cut: 0,
    logins_refused: 0,
    publishes_refused: 0,
    subscriptions_refused: 0,
    queued_messages_dropped: 0,
    sessions_expired: 0,
    sessions_dropped: 0,
    retained_messages_refused: 0,
    state_writes_failed: 0,
  };
}
