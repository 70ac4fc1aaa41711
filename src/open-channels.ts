import path from 'node:path';
import type { Logger } from 'pino';
import { type BoardParts, createBoardParts } from '../firmware-bridge/thingspeak/board-parts.ts';
import { createDialect, type Dialect } from '../firmware-bridge/thingspeak/dialect.ts';
import { createMqttAccess, type MqttAccess } from '../firmware-bridge/thingspeak/mqtt-access.ts';
import { createNoteStored } from '../firmware-bridge/thingspeak/note-stored.ts';
import type { KnownCredentials } from './access/login.ts';
import type { AddressLimit } from './address-limit.ts';
import type { Submission } from './ingest/submission.ts';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { waitAtMost } from './start-patience.ts';
import { createChannelFile } from './storage/channel-file.ts';
import { createChannelStore } from './storage/channel-store.ts';
import type { Connection } from './storage/pool.ts';
import type { Micros } from './telemetry/reading.ts';

export interface ChannelNeeds {
  readonly dataDir: string;
  readonly connection: Connection;
  readonly log: Logger;
  readonly preparation: Preparation;
  readonly clock: () => Micros;
  readonly credentials: KnownCredentials;
  readonly wrongSecrets: AddressLimit;
  /** How long a start waits for them. */
  readonly patienceMs: number;
}

export interface Channels extends BoardParts {
  /** Resolves when the channels are known, or can't be for now and those that were known last have been recalled. */
  readonly settled: Promise<void>;
  readonly access: MqttAccess;
  readonly decode: Dialect;
  /** To be called after each commit. */
  readonly noteStored: (batch: readonly Submission[]) => void;
}

/**
 * Reads the channels as soon as the database is ready, and again whenever they change. While it is away at the start, boards
 * that publish over MQTT to those that were known last can deliver to the spool.
 */
export function openChannels(
  { dataDir, connection, log, preparation, clock, credentials, wrongSecrets, patienceMs }: ChannelNeeds,
  releasers: Releasers,
): Channels {
  const known = new AbortController();
  const file = createChannelFile(path.join(dataDir, 'channels.json'));
  const store = createChannelStore({ connection, log, file, onRead: () => known.abort() });
  releasers.push(() => store.close());
  const isReady = preparation.problem() === undefined;
  void preparation.ready.then(() => store.start());

  async function settle(): Promise<void> {
    if (isReady) await waitAtMost(patienceMs, known.signal);
    if (store.isKnown() || (await store.recall()) === 0) return;
    log.warn('the channels that were known last are used over MQTT until the database can be read');
  }

  const settled = settle();
  const boards = createBoardParts(store, log, clock);
  const loginFailed = (address: string): Promise<unknown> => wrongSecrets.count(address);
  return {
    ...boards,
    settled,
    access: createMqttAccess({ ...boards, credentials, loginFailed }),
    decode: createDialect(store),
    noteStored: createNoteStored(boards),
  };
}
