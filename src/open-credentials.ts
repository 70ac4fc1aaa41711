import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { type CredentialStore, createCredentialStore } from './storage/credential-store.ts';
import type { Connection } from './storage/pool.ts';

/** Live connections are to be held against the credentials as they are now. */
export type Review = (changed: ReadonlySet<number>) => void;

export interface CredentialNeeds {
  readonly connection: Connection;
  readonly log: Logger;
  readonly preparation: Preparation;
}

export interface Credentials extends CredentialStore {
  /**
   * Reads them as soon as the database is ready, and again whenever they change. Resolves when they are known; when they
   * can't be for now, at once, for stations should be able to knock.
   */
  follow(review: Review): Promise<void>;
}

/** How long a start waits for them: clients that come before would be sent away, and come again later than need be. */
const PATIENCE_MS = 2_000;

export function openCredentials(
  { connection, log, preparation }: CredentialNeeds,
  releasers: Releasers,
): Credentials {
  let review: Review | undefined;
  let resolveKnown: () => void;
  const known = new Promise<void>((resolve) => (resolveKnown = resolve));
  const store = createCredentialStore({
    connection,
    log,
    onChanged({ rotated, altered }) {
      review?.(new Set([...rotated, ...altered]));
      resolveKnown();
    },
  });
  releasers.push(() => store.close());
  return {
    ...store,
    async follow(tell) {
      review = tell;
      const isReady = preparation.problem() === undefined;
      void preparation.ready.then(() => store.start());
      if (!isReady) return;
      const late = new AbortController();
      const limit = pause(PATIENCE_MS, undefined, { signal: late.signal }).catch(() => undefined);
      await Promise.race([known, limit]);
      late.abort();
    },
  };
}
