import type { Client } from 'aedes';
import { memoize } from '../telemetry/memoize.ts';
import type { CommittedReading } from '../telemetry/reading.ts';
import { filterMatches } from '../telemetry/topic-filter.ts';
import { reachesInto } from './interest.ts';
import { createLiveEncoder, type EncodedReadings } from './live-encoder.ts';
import { subscriptionsOf } from './subscriptions.ts';

/**
 * Those who listen below `live/` at QoS 0 and at no other: they are written to directly, all readings of a batch in
 * one write. For everybody else (QoS 1 and 2, with their queues and acknowledgements) there is Aedes.
 */
export interface LiveSubscribers {
  send(readings: readonly CommittedReading[]): void;
  /** Whether somebody is left to be told by Aedes. */
  areOthersLeft(): boolean;
  /** Whether the client is one of those that are written to directly. */
  has(client: Client): boolean;
  /** To be called when anybody's subscriptions have changed. */
  changed(): void;
}

export interface LiveSubscribersParts {
  readonly clients: () => Iterable<Client>;
  /** Whether the client may be sent anything yet. */
  readonly isReady: (client: Client) => boolean;
  /** Whether a session that is away may want what is published below `live/`. */
  readonly isSessionAway: () => boolean;
  /** Whether the client keeps up; one that does not has been cut off. */
  readonly keepsUp: (client: Client) => boolean;
}

/** Takes a topic below `live/`. */
type Matches = (topic: string) => boolean;

export function createLiveSubscribers(parts: LiveSubscribersParts): LiveSubscribers {
  const encode = createLiveEncoder();
  const direct = new Map<Client, Matches | 'all'>();
  let others = 0;
  let isStale = true;

  // Looked at anew after a change, and not with each batch: there may be ten thousand clients.
  function refresh(): void {
    if (!isStale) return;
    isStale = false;
    direct.clear();
    others = 0;
    for (const client of parts.clients()) {
      const live = subscriptionsOf(client).filter(({ filter }) => reachesInto(filter, 'live'));
      if (live.length === 0 || client.closed) continue;
      if (live.some(({ qos }) => qos > 0)) others += 1;
      else direct.set(client, matcher(live.map(({ filter }) => filter)));
    }
  }

  return {
    send(readings) {
      refresh();
      if (direct.size === 0) return;
      const encoded = encode(readings);
      for (const [client, matches] of direct) {
        if (client.closed || !parts.isReady(client) || !parts.keepsUp(client)) continue;
        const bytes = matches === 'all' ? encoded.bytes : pick(encoded, matches);
        if (bytes.length > 0) client.conn.write(bytes);
      }
    },
    areOthersLeft() {
      refresh();
      return others > 0 || parts.isSessionAway();
    },
    has(client) {
      refresh();
      return direct.has(client);
    },
    changed() {
      isStale = true;
    },
  };
}

function matcher(filters: readonly string[]): Matches | 'all' {
  if (filters.includes('live/#') || filters.includes('#')) return 'all';
  return memoize((topic) => filters.some((filter) => filterMatches(filter, topic)));
}

function pick({ bytes, packets }: EncodedReadings, matches: Matches): Buffer {
  const wanted: Buffer[] = [];
  let start = 0;
  for (const { topic, end } of packets) {
    if (matches(topic)) wanted.push(bytes.subarray(start, end));
    start = end;
  }
  return Buffer.concat(wanted);
}
