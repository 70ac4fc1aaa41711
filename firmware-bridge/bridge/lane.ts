import { setTimeout as pause } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import type { Message } from '../../src/telemetry/reading.ts';
import type { Spooled } from '../../src/ingest/spool/record.ts';
import { closed, type Connect } from './connect.ts';

/**
 * Delivers what goes to one topic, in its order, over a connection of its own: a broker says that a user may not publish to
 * a topic by closing the connection, and the other topics must not be on it then.
 */
export interface Lane {
  /** The last message, of whatever topic, up to which nothing of this one is left to be delivered. */
  reached(): Spooled | undefined;
  /** Resolves when `closing` has said so. */
  readonly ended: Promise<void>;
}

type Sound = Spooled & { readonly message: Message };

export interface LaneParts {
  readonly topic: string;
  /** Where to begin: behind this message. */
  readonly from: Spooled | undefined;
  /** What comes behind a message, of whatever topic; waits until there is something. */
  readonly next: (behind: Spooled | undefined, until: AbortSignal) => Promise<readonly Spooled[]>;
  readonly connect: Connect;
  readonly onReached: () => void;
  /** The pause after the first failure; it is doubled with each. */
  readonly retryMs: number;
  readonly log: Logger;
  readonly closing: AbortSignal;
}

const LONGEST_RETRY_MS = 60_000;
/** After so many connections that were closed before the first reading was acknowledged, it is not a broker that has just stopped. */
const STRIKES = 3;
const TELL_EACH = 10;

export function startLane(parts: LaneParts): Lane {
  const { topic, next, connect, onReached, log, closing } = parts;
  let { from: reached } = parts;
  let strikes = 0;
  let { retryMs } = parts;

  async function run(): Promise<void> {
    while (!closing.aborted) {
      await deliverOverOne().catch(() => undefined);
      await pause(retryMs, undefined, { signal: closing }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS);
    }
  }

  /** @throws when the connection is over, or there is none, which has been told */
  async function deliverOverOne(): Promise<void> {
    const client = await connect(closing);
    const over = new AbortController();
    try {
      await Promise.race([deliver(client, over.signal), closed(client)]);
    } finally {
      over.abort();
      client.end(true);
    }
  }

  async function deliver(client: MqttClient, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      const some = await next(reached, over);
      await publish(
        client,
        some.filter((one) => isOf(one, topic)),
      );
      reached = some.at(-1) ?? reached;
      onReached();
    }
  }

  async function publish(client: MqttClient, ours: readonly Sound[]): Promise<void> {
    if (ours.length === 0) return;
    strikes += 1;
    if (strikes > STRIKES && (strikes - STRIKES) % TELL_EACH === 1) tellRefused();
    const sent = ours.map(({ message }) =>
      client.publishAsync(topic, Buffer.from(message.payload), { qos: 1 }),
    );
    // Those behind one that fails fail with it.
    for (const one of sent) one.catch(() => undefined);
    for (const [index, one] of sent.entries()) {
      await one;
      reached = ours[index];
      acknowledged();
    }
  }

  function acknowledged(): void {
    if (strikes > STRIKES) log.info({ topic }, 'the broker takes readings of this topic again');
    strikes = 0;
    retryMs = parts.retryMs;
  }

  function tellRefused(): void {
    log.error(
      { topic },
      'the broker closes the connection on readings of this topic: see that the user of the bridge may publish to it. ' +
        'They are kept, and tried again; other topics are delivered meanwhile',
    );
  }

  return { reached: () => reached, ended: run() };
}

function isOf(spooled: Spooled, topic: string): spooled is Sound {
  return spooled.message?.topic === topic;
}
