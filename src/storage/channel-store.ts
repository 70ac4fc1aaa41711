import type { Logger } from 'pino';
import { hashSecret, isSameHash } from '../access/credential.ts';
import { createChangeListener, type ListenerTimings } from './change-listener.ts';
import { type Channel, readChannels, type StoredChannel } from './channels-query.ts';
import { hashKey } from './credential-snapshot.ts';
import type { Connection } from './pool.ts';

/** The channels, as they are known now. */
export interface KnownChannels {
  /** Whether they have been read from the database; from then on they stay known, also while it is away. */
  isKnown(): boolean;
  find(id: number): Channel | undefined;
  /** The channel that this key writes to. */
  byWriteKey(key: string): Channel | undefined;
  /** What changes when the write key of the channel is replaced; `undefined` if there is no such channel. It is shown to nobody. */
  fingerprint(id: number): string | undefined;
  /** Whether this is the channel's read key, or its write key, with which one may read as well. */
  mayRead(channel: Channel, key: string): boolean;
}

/** All channels in memory, kept up with the database as credentials are. */
export interface ChannelStore extends KnownChannels {
  /** Begins to read, and never gives up. To be called when the schema is there. */
  start(): void;
  close(): Promise<void>;
}

export interface ChannelStoreOptions {
  readonly connection: Connection;
  readonly log: Logger;
  /** Called after each reading, when the store answers by it already. */
  readonly onRead?: () => void;
  readonly timings?: Partial<ListenerTimings>;
}

interface Snapshot {
  readonly byId: ReadonlyMap<number, StoredChannel>;
  readonly byWriteHash: ReadonlyMap<string, StoredChannel>;
}

export function createChannelStore({ connection, log, onRead, timings }: ChannelStoreOptions): ChannelStore {
  let known: Snapshot | undefined;
  const listener = createChangeListener({
    connection,
    channel: 'thermograph_channels',
    subject: 'channels',
    read: async (database) => {
      known = createSnapshot(await readChannels(database));
      onRead?.();
    },
    log,
    ...(timings && { timings }),
  });
  return {
    isKnown: () => known !== undefined,
    find: (id) => known?.byId.get(id),
    byWriteKey(key) {
      const hash = hashSecret(key);
      const found = known?.byWriteHash.get(hashKey(hash));
      return found !== undefined && isSameHash(found.writeKeyHash, hash) ? found : undefined;
    },
    fingerprint: (id) => known?.byId.get(id)?.writeKeyHash.toString('hex'),
    mayRead({ id }, key) {
      const channel = known?.byId.get(id);
      if (channel === undefined) return false;
      const hash = hashSecret(key);
      return isSameHash(channel.readKeyHash, hash) || isSameHash(channel.writeKeyHash, hash);
    },
    start: () => listener.start(),
    close: () => listener.close(),
  };
}

function createSnapshot(channels: readonly StoredChannel[]): Snapshot {
  return {
    byId: new Map(channels.map((channel) => [channel.id, channel])),
    byWriteHash: new Map(channels.map((channel) => [hashKey(channel.writeKeyHash), channel])),
  };
}
