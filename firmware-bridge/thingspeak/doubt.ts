import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from 'pg';
import { isEntryStored, type Written } from '../../src/storage/channel-entries-insert.ts';
import { CommitInDoubtError } from '../../src/storage/transaction.ts';
import { WebError } from '../../src/web/errors.ts';
import type { Joined } from '../../src/web/parts.ts';

const MOST_ATTEMPTS = 60;
const RETRY_MS = 1_000;
/** How long a board is kept waiting to be told what became of its entry when the database did not say. */
const PATIENCE_MS = 1_500;

/** What a transaction of whose end nothing was heard has stored, if it was committed. */
export interface Begun {
  /** `undefined`: nothing that is new. */
  readonly written: Written | undefined;
  readonly joined: Joined | undefined;
}

/**
 * Whether what failed was committed after all, the connection having broken, or taken too long, at that very moment. Sees to it
 * that whoever listens to commits hears of one, be it later.
 * @returns false also if the database has not answered within the patience of a board
 */
export async function wasCommitted(
  pool: Pool,
  channelId: number,
  { written, joined }: Begun,
  thrown: unknown,
): Promise<boolean> {
  const isInDoubt = thrown instanceof WebError && thrown.cause instanceof CommitInDoubtError;
  if (!isInDoubt || written === undefined) {
    joined?.failed();
    return false;
  }
  const settling = find(pool, channelId, written).then((isStored) => {
    if (isStored) joined?.committed();
    else joined?.failed();
    return isStored;
  });
  const isStored = await Promise.race([settling, pause(PATIENCE_MS, false, { ref: false })]);
  return isStored;
}

/** As soon as the database answers; gives up after some minutes. */
async function find(pool: Pool, channelId: number, written: Written): Promise<boolean> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    try {
      return await isEntryStored(pool, channelId, written);
    } catch {
      // Whoever stops the service does not wait for this.
      await pause(RETRY_MS, undefined, { ref: false });
    }
  }
  return false;
}
