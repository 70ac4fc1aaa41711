import type { Pool } from 'pg';
import { pingDatabase } from '../storage/database-facts.ts';

const LONGEST_MS = 2000;

/**
 * Whether the database answers, within two seconds at the latest. All who ask while a check runs share it, so that
 * nobody can use up the connections by asking, and a check that hangs stays the only one.
 */
export function createDatabaseCheck(pool: Pool): () => Promise<boolean> {
  const check = shareBounded(async () => {
    await pingDatabase(pool);
    return true;
  });
  return async () => (await check()) ?? false;
}

/**
 * Lets all who ask at the same time share one asking, and wait for two seconds at most; `undefined` stands for a
 * failure as well as for an answer that did not come in time.
 */
export function shareBounded<T>(ask: () => Promise<T>): () => Promise<T | undefined> {
  let running: Promise<T | undefined> | undefined;
  return () => {
    running ??= ask()
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
    return within(LONGEST_MS, running);
  };
}

/** What `promise`, which must not reject, brings; or `undefined` if it takes longer. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, milliseconds, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
