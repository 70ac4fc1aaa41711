import type { Logger } from 'pino';
import { hashSecret, isSameHash } from '../access/credential.ts';
import { createChangeListener, type ListenerTimings } from './change-listener.ts';
import type { KnownCredentials } from '../access/login.ts';
import {
  compareSnapshots,
  type CredentialChange,
  type CredentialSnapshot,
  createSnapshot,
  hashKey,
} from './credential-snapshot.ts';
import type { CredentialFile } from './credential-file.ts';
import { readCredentials } from './credentials-query.ts';
import { reasonOf } from './failure.ts';
import type { Connection } from './pool.ts';

/**
 * All credentials in memory, kept up with the database: what is changed there, on whatever node, is known a moment later.
 * What was read stays valid while the database is away, for stations must be able to reconnect while their readings go
 * to the spool.
 */
export interface CredentialStore extends KnownCredentials {
  /**
   * Takes what was known last from this machine's disk, until the database has been read. What was revoked meanwhile holds
   * until then. @returns whether there was anything
   */
  recall(): Promise<boolean>;
  /** Begins to read, and never gives up. To be called when the schema is there. */
  start(): void;
  close(): Promise<void>;
}

export interface CredentialStoreOptions {
  readonly connection: Connection;
  readonly log: Logger;
  /**
   * Called after each reading, the first included, when the store answers by it already. Live connections of credentials that
   * were revoked, rotated or altered are to be cut.
   */
  readonly onChanged: (change: CredentialChange) => void;
  /** Where what was read is kept for {@link CredentialStore.recall}. */
  readonly file?: CredentialFile;
  readonly timings?: Partial<ListenerTimings>;
}

/** What is compared with when there is no such name. Nobody knows a secret that has this hash. */
const NOBODYS_HASH = Buffer.alloc(32);

export function createCredentialStore(options: CredentialStoreOptions): CredentialStore {
  const { connection, log, onChanged, file, timings } = options;
  let known: CredentialSnapshot | undefined;

  function replace(read: CredentialSnapshot): void {
    const change = compareSnapshots(known ?? createSnapshot([]), read);
    known = read;
    try {
      onChanged(change);
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'what follows from changed credentials failed');
    }
  }

  const listener = createChangeListener({
    connection,
    channel: 'thermograph_credentials',
    subject: 'credentials',
    async read(database) {
      const rows = await readCredentials(database);
      replace(createSnapshot(rows));
      // Nobody waits for it: it is for another start, and the disk may be full.
      file
        ?.write(rows)
        .catch((error: unknown) =>
          log.warn(
            { reason: reasonOf(error) },
            'credentials could not be kept for a start without the database',
          ),
        );
    },
    log,
    ...(timings && { timings }),
  });
  return {
    isKnown: () => known !== undefined,
    byName(name, secret) {
      const found = known?.byName.get(name);
      // Compared also when there is none, so that the time taken does not tell which names there are.
      const isRight = isSameHash(found?.secretHash ?? NOBODYS_HASH, hashSecret(secret));
      return isRight && found !== undefined ? found.credential : null;
    },
    bySecret(secret) {
      // A look-up takes a different time for a hash that shares more with a known one. That is of no use to an attacker: whoever
      // can't invert SHA-256 can't choose a secret by the beginning of its hash, and what leaks is of the hash alone.
      const hash = hashSecret(secret);
      const found = known?.byHash.get(hashKey(hash));
      return found !== undefined && isSameHash(found.secretHash, hash) ? found.credential : null;
    },
    find: (id) => known?.byId.get(id)?.credential,
    fingerprint: (id) => known?.byId.get(id)?.secretHash.toString('hex'),
    hasName: (name) => known?.byName.has(name) ?? false,
    *stationNames() {
      for (const { credential } of known?.byName.values() ?? []) {
        if (credential.kind === 'station') yield credential.name;
      }
    },
    async recall() {
      const rows = await file?.read();
      if (rows === undefined || known !== undefined) return known !== undefined;
      known = createSnapshot(rows);
      return true;
    },
    start: () => listener.start(),
    close: () => listener.close(),
  };
}
