import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { createChannelStore, type KnownChannels } from './storage/channel-store.ts';
import type { Connection } from './storage/pool.ts';

export interface ChannelNeeds {
  readonly connection: Connection;
  readonly log: Logger;
  readonly preparation: Preparation;
}

/** How long a start waits for them, so that boards which come at once are not refused. */
const PATIENCE_MS = 2_000;

/** Reads the channels as soon as the database is ready, and again whenever they change; waits a moment for the first time. */
export async function openChannels(
  { connection, log, preparation }: ChannelNeeds,
  releasers: Releasers,
): Promise<KnownChannels> {
  const late = new AbortController();
  const store = createChannelStore({ connection, log, onRead: () => late.abort() });
  releasers.push(() => store.close());
  const isReady = preparation.problem() === undefined;
  void preparation.ready.then(() => store.start());
  if (isReady) await pause(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => undefined);
  return store;
}
