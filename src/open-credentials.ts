import path from 'node:path';
import type { Logger } from 'pino';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { waitAtMost } from './start-patience.ts';
import { createCredentialFile } from './storage/credential-file.ts';
import { type CredentialStore, createCredentialStore } from './storage/credential-store.ts';
import type { Connection } from './storage/pool.ts';

/** Live connections are to be held against the credentials as they are now. */
export type Review = (changed: ReadonlySet<number>) => void;

export interface CredentialNeeds {
  readonly dataDir: string;
  readonly connection: Connection;
  readonly log: Logger;
  readonly preparation: Preparation;
  /** How long a start waits for them. */
  readonly patienceMs: number;
}

export interface Credentials extends CredentialStore {
  /**
   * Reads them as soon as the database is ready, and again whenever they change. Resolves when they are known; while the
   * database is away, those that were known last hold, for stations should be able to deliver to the spool.
   */
  follow(reviews: readonly Review[]): Promise<void>;
}

export function openCredentials(
  { dataDir, connection, log, preparation, patienceMs }: CredentialNeeds,
  releasers: Releasers,
): Credentials {
  let reviews: readonly Review[] = [];
  const known = new AbortController();
  const store = createCredentialStore({
    connection,
    log,
    file: createCredentialFile(path.join(dataDir, 'credentials.json')),
    onChanged({ rotated, altered }) {
      const changed = new Set([...rotated, ...altered]);
      for (const review of reviews) runReview(() => review(changed), log);
      known.abort();
    },
  });
  releasers.push(() => store.close());

  async function recall(): Promise<void> {
    if (await store.recall()) {
      log.warn('the credentials that were known last are used until the database can be read');
    } else
      log.error('no credentials are known until the database can be read; clients are told to come again');
  }

  return {
    ...store,
    async follow(all) {
      reviews = all;
      const isReady = preparation.problem() === undefined;
      void preparation.ready.then(() => store.start());
      if (!isReady) {
        await recall();
        return;
      }
      await waitAtMost(patienceMs, known.signal);
      if (!store.isKnown()) await recall();
    },
  };
}

/** One that fails leaves the others to do their part. */
function runReview(review: () => void, log: Logger): void {
  try {
    review();
  } catch (error) {
    log.error({ err: error }, 'connections could not be held against changed credentials');
  }
}
