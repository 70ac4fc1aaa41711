import type { Logger } from 'pino';
import type { Micros } from '../../src/telemetry/reading.ts';

/** Tells the owner of what a board does wrong: once in a while, for it does so with each request. */
export type Notice = (channelId: number, facts: object, what: string) => void;

const INTERVAL: Micros = 10 * 60 * 1_000_000;

export function createNotices(log: Logger, clock: () => Micros): Notice {
  // As many as there are channels and kinds of mistakes.
  const told = new Map<string, Micros>();
  return (channelId, facts, what) => {
    const now = clock();
    const key = `${channelId} ${what}`;
    if (now - (told.get(key) ?? -INTERVAL) < INTERVAL) return;
    told.set(key, now);
    log.warn({ channel: channelId, ...facts }, what);
  };
}
