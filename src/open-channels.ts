import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createBoardParts, type BoardParts } from '../firmware-bridge/thingspeak/board-parts.ts';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { createChannelStore } from './storage/channel-store.ts';
import type { Connection } from './storage/pool.ts';
import type { Micros } from './telemetry/reading.ts';

export interface ChannelNeeds {
  readonly connection: Connection;
  readonly log: Logger;
  readonly preparation: Preparation;
  readonly clock: () => Micros;
}

/** How long a start waits for them, so that boards which come at once are not refused. */
const PATIENCE_MS = 2_000;

export interface Channels extends BoardParts {
  /** Resolves when the channels are known, or can't be for now. */
  readonly settled: Promise<void>;
}

/** Reads the channels as soon as the database is ready, and again whenever they change. */
export function openChannels(
  { connection, log, preparation, clock }: ChannelNeeds,
  releasers: Releasers,
): Channels {
  const late = new AbortController();
  const store = createChannelStore({ connection, log, onRead: () => late.abort() });
  releasers.push(() => store.close());
  const isReady = preparation.problem() === undefined;
  void preparation.ready.then(() => store.start());
  const settled = isReady
    ? pause(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => undefined)
    : Promise.resolve();
  return { ...createBoardParts(store, log, clock), settled };
}
