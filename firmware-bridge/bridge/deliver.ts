import { setTimeout as pause } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import type { Logger } from 'pino';
import type { Spool } from '../../src/ingest/spool/spool.ts';

const MOST_MESSAGES = 100;
const MOST_BYTES = 1024 * 1024;
const POLL_MS = 100;
const RETRY_MS = 1000;

/**
 * Publishes what is in the spool, the oldest first, and takes it out once the broker has acknowledged it. What was published
 * when the process ended is published again: readings carry a time, so a repetition is one reading.
 * @returns when `closing` says so
 */
export async function deliver(
  spool: Spool,
  client: Pick<MqttClient, 'publishAsync' | 'connected'>,
  log: Logger,
  closing: AbortSignal,
): Promise<void> {
  while (!closing.aborted) {
    try {
      const isDone = !client.connected || !(await deliverSome(spool, client, closing));
      if (isDone) await pause(POLL_MS, undefined, { signal: closing });
    } catch (error) {
      if (closing.aborted) return;
      log.warn({ err: error }, 'readings could not be delivered; they are kept and tried again');
      await pause(RETRY_MS, undefined, { signal: closing }).catch(() => undefined);
    }
  }
}

/** @returns whether there was anything */
async function deliverSome(
  spool: Spool,
  client: Pick<MqttClient, 'publishAsync'>,
  closing: AbortSignal,
): Promise<boolean> {
  if (spool.count() === 0) return false;
  const some = await spool.read(MOST_MESSAGES, MOST_BYTES);
  const last = some.at(-1);
  if (last === undefined) return false;
  const acknowledged = some.map(({ message: { topic, payload } }) =>
    client.publishAsync(topic, Buffer.from(payload), { qos: 1 }),
  );
  // Those that are unanswered as the connection breaks are sent again by mqtt.js, when it is back.
  await unless(closing, Promise.all(acknowledged));
  await spool.removeThrough(last);
  return true;
}

/** What `promise` brings, or an error as soon as `closing` says so. */
async function unless(closing: AbortSignal, promise: Promise<unknown>): Promise<void> {
  let stop: (() => void) | undefined;
  const stopped = new Promise<never>((_resolve, reject) => {
    stop = () => reject(new Error('the bridge stops'));
    closing.addEventListener('abort', stop, { once: true });
  });
  try {
    await Promise.race([promise, stopped]);
  } finally {
    if (stop !== undefined) closing.removeEventListener('abort', stop);
  }
}
