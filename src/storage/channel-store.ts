import type { Logger } from 'pino';
import { hashSecret, isSameHash } from '../access/credential.ts';
import { createChangeListener, type ListenerTimings } from './change-listener.ts';
import type { ChannelFile } from './channel-file.ts';
import { type Channel, readChannels, type StoredChannel } from './channels-query.ts';
import { hashKey } from './credential-snapshot.ts';
import { reasonOf } from './failure.ts';
import type { Connection } from './pool.ts';

/**
 * The channels, as they are known now. Before they are, those that were known last may be found: that a channel or a key is
 * not among them means nothing then.
 */
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
  /**
   * Takes what was known last from this machine's disk, until the database has been read. What was removed or rotated meanwhile
   * holds until then. @returns how many channels
   */
  recall(): Promise<number>;
  /** Begins to read, and never gives up. To be called when the schema is there. */
  start(): void;
  close(): Promise<void>;
}

export interface ChannelStoreOptions {
  readonly connection: Connection;
  readonly log: Logger;
  /** Called after each reading, when the store answers by it already. */
  readonly onRead?: () => void;
  /** Where what was read is kept for {@link ChannelStore.recall}. */
  readonly file?: ChannelFile;
  readonly timings?: Partial<ListenerTimings>;
}

interface Snapshot {
  readonly byId: ReadonlyMap<number, StoredChannel>;
  readonly byWriteHash: ReadonlyMap<string, StoredChannel>;
}

export function createChannelStore(options: ChannelStoreOptions): ChannelStore {
  const { connection, log, onRead, file, timings } = options;
  let known: Snapshot | undefined;
  let isRead = false;

  /** Nobody waits for it: it is for another start, and the disk may be full. */
  function remember(channels: readonly StoredChannel[]): void {
    file?.write(channels).catch((error: unknown) => {
      const what = 'channels could not be kept for a start without the database';
      log.warn({ reason: reasonOf(error) }, what);
    });
  }

  const listener = createChangeListener({
    connection,
    channel: 'thermograph_channels',
    subject: 'channels',
    read: async (database) => {
      const channels = await readChannels(database);
      known = createSnapshot(channels);
      isRead = true;
      onRead?.();
      remember(channels);
    },
    log,
    ...(timings && { timings }),
  });
  return {
    isKnown: () => isRead,
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
    async recall() {
      const channels = (await file?.read()) ?? [];
      if (isRead) return 0;
      known = createSnapshot(channels);
      return channels.length;
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
