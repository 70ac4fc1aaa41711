import type { Pool } from 'pg';
import { readDatabaseSize } from '../storage/database-facts.ts';
import { countRejected, readRejected, type RejectedRow } from '../storage/rejected-query.ts';
import { shareBounded } from './readiness.ts';

/** What the status page asks the database; `undefined` for what did not come in time. */
export interface StatusFacts {
  readonly sizeBytes: number | undefined;
  readonly rejectedByReason: readonly { readonly reason: string; readonly count: number }[] | undefined;
  readonly lastRejected: readonly RejectedRow[] | undefined;
}

const LAST_REJECTED = 5;

export function createStatusFacts(pool: Pool): () => Promise<StatusFacts> {
  const size = shareBounded(() => readDatabaseSize(pool));
  const byReason = shareBounded(() => countRejected(pool));
  const last = shareBounded(async () => (await readRejected(pool, { limit: LAST_REJECTED })).rows);
  return async () => {
    const [sizeBytes, rejectedByReason, lastRejected] = await Promise.all([size(), byReason(), last()]);
    return { sizeBytes, rejectedByReason, lastRejected };
  };
}
