import type { Logger } from 'pino';

/** What was not allowed. */
export type Refused = 'connection' | 'login' | 'publish' | 'subscribe' | 'pace';

export interface RefusalCounters {
  /** Connections that were closed at once, for there are too many, or too many at a time. */
  connections_over_limit: number;
  /** Connections that were not let in. */
  logins_refused: number;
  /** Messages on topics that their sender may not publish to; each ended its connection. */
  publishes_refused: number;
  /** Filters that their sender may not subscribe to. */
  subscriptions_refused: number;
  /** Connections that were closed because their client sent too fast for too long. */
  connections_over_pace: number;
}

export interface Refusals {
  note(refused: Refused, details: Readonly<Record<string, string | null>>): void;
}

const COUNTERS: Readonly<Record<Refused, keyof RefusalCounters>> = {
  connection: 'connections_over_limit',
  login: 'logins_refused',
  publish: 'publishes_refused',
  subscribe: 'subscriptions_refused',
  pace: 'connections_over_pace',
};
const MESSAGES: Readonly<Record<Refused, string>> = {
  connection: 'a connection was not accepted',
  login: 'a client was not let in',
  publish: 'a client has published where it may not, and its connection was closed',
  subscribe: 'a client may not subscribe to a filter',
  pace: 'a client has sent faster than it may for too long, and its connection was closed',
};
const INTERVAL_MS = 60_000;
const LINES_AN_INTERVAL = 10;

/**
 * Counts what was refused and says it, for its owner will wonder why a board does not come through: the same thing once a
 * minute, and ten things of each kind at most, for a board tries again each second, and an attacker as often as it can.
 * @param now milliseconds, of a clock that does not jump
 */
export function createRefusals(
  counters: RefusalCounters,
  log: Logger,
  now: () => number = () => performance.now(),
): Refusals {
  const said = new Map<Refused, Set<string>>();
  let began = Number.NEGATIVE_INFINITY;
  let unsaid = 0;
  return {
    note(refused, details) {
      counters[COUNTERS[refused]] += 1;
      if (now() - began > INTERVAL_MS) {
        if (unsaid > 0) log.warn({ refused: unsaid }, 'more was refused meanwhile');
        began = now();
        unsaid = 0;
        said.clear();
      }
      let keys = said.get(refused);
      if (keys === undefined) said.set(refused, (keys = new Set()));
      const key = JSON.stringify([details['user'], details['address'], details['topic'], details['reason']]);
      if (keys.has(key) || keys.size >= LINES_AN_INTERVAL) {
        unsaid += 1;
        return;
      }
      keys.add(key);
      log.warn(details, MESSAGES[refused]);
    },
  };
}
