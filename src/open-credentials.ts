import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
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
}

export interface Credentials extends CredentialStore {
  /**
   * Reads them as soon as the database is ready, and again whenever they change. Resolves when they are known; while the
   * database is away, those that were known last hold, for stations should be able to deliver to the spool.
   */
  follow(reviews: readonly Review[]): Promise<void>;
}

/** How long a start waits for them: clients that come before would be sent away, and come again later than need be. */
const PATIENCE_MS = 2_000;

export function openCredentials(
  { dataDir, connection, log, preparation }: CredentialNeeds,
  releasers: Releasers,
): Credentials {
  let reviews: readonly Review[] = [];
  let resolveKnown: () => void;
  const known = new Promise<void>((resolve) => (resolveKnown = resolve));
  const store = createCredentialStore({
    connection,
    log,
    file: createCredentialFile(path.join(dataDir, 'credentials.json')),
    onChanged({ rotated, altered }) {
      const changed = new Set([...rotated, ...altered]);
      for (const review of reviews) runReview(() => review(changed), log);
      resolveKnown();
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
      const late = new AbortController();
      const limit = pause(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => undefined);
      await Promise.race([known, limit]);
      late.abort();
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
