import type { Messages } from './messages.ts';
import { Publisher } from './publisher.ts';
import { until } from '../../support/until.ts';

const TICK_MS = 5;
/** What could not be sent when it was due is not made up for later: no bursts after a stall. */
const MOST_SAVED_TICKS = 4;

export interface LoadOptions {
  /** The name of each station begins with it. */
  readonly name: string;
  /** Of one station each. */
  readonly stations: readonly Messages[];
  /** Messages a second, all stations together. */
  readonly rate: number;
  readonly window: number;
  /** How many messages each station sends; without end unless given. */
  readonly messagesEach?: number;
  readonly port: () => number | undefined;
}

/** Stations that publish, all in this process. */
export interface Load {
  readonly publishers: readonly Publisher[];
  acknowledged(): number;
  /** The longest time without a PUBACK while stations were trying. */
  longestStallMs(): number;
  /** Publishes nothing new, and waits until everything is acknowledged. @throws when that takes longer than `limitMs` */
  drain(limitMs: number): Promise<void>;
  close(): void;
}

export function startLoad({
  name,
  stations,
  rate,
  window,
  messagesEach = Infinity,
  port,
}: LoadOptions): Load {
  let acknowledged = 0;
  let longestStallMs = 0;
  let heardAt = performance.now();
  let isStopped = false;
  let due = 0;
  let tickedAt = performance.now();

  const hear = (): void => {
    const now = performance.now();
    longestStallMs = Math.max(longestStallMs, now - heardAt);
    heardAt = now;
  };
  const onAcknowledged = (): void => {
    acknowledged += 1;
    hear();
  };
  const publishers = stations.map(
    (messages, index) =>
      new Publisher({ station: `${name}-${index}`, messages, window, port, onAcknowledged }),
  );
  const unsent = (publisher: Publisher): number => (isStopped ? 0 : messagesEach - publisher.sent);
  const unacknowledged = (): number =>
    publishers.reduce((sum, publisher) => sum + publisher.unacknowledged, 0);

  function tick(): void {
    const now = performance.now();
    const isIdle = publishers.every((publisher) => unsent(publisher) === 0) && unacknowledged() === 0;
    if (isIdle) heardAt = now;
    due = Math.min(due + (rate * (now - tickedAt)) / 1000, (rate * MOST_SAVED_TICKS * TICK_MS) / 1000);
    tickedAt = now;
    // Each gets its share of what is left, so that a station with no room leaves its own to the others.
    for (const [index, publisher] of publishers.entries()) {
      const share = Math.ceil(due / (publishers.length - index));
      const count = Math.min(publisher.room, unsent(publisher), share, Math.floor(due));
      if (count <= 0) continue;
      publisher.publish(count);
      due -= count;
    }
  }
  const timer = setInterval(tick, TICK_MS);

  return {
    publishers,
    acknowledged: () => acknowledged,
    longestStallMs: () => longestStallMs,
    async drain(limitMs) {
      isStopped = true;
      await until('every message was acknowledged', limitMs, () => unacknowledged() === 0);
    },
    close() {
      if (unacknowledged() > 0) hear();
      clearInterval(timer);
      for (const publisher of publishers) publisher.close();
    },
  };
}
