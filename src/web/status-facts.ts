import type { Pool } from 'pg';
import { type ChannelStatus, readChannelStatus } from '../storage/channel-status-query.ts';
import { readDatabaseSize } from '../storage/database-facts.ts';
import { countRejected, readRejected, type RejectedRow } from '../storage/rejected-query.ts';
import { shareBounded } from './readiness.ts';

/** What the status page asks the database; `undefined` for what did not come in time. */
export interface StatusFacts {
  readonly sizeBytes: number | undefined;
  readonly rejectedByReason: readonly { readonly reason: string; readonly count: number }[] | undefined;
  readonly lastRejected: readonly RejectedRow[] | undefined;
  readonly channels: readonly ChannelStatus[] | undefined;
}

const LAST_REJECTED = 5;

export function createStatusFacts(pool: Pool): () => Promise<StatusFacts> {
  const size = shareBounded(() => readDatabaseSize(pool));
  const byReason = shareBounded(() => countRejected(pool));
  const last = shareBounded(async () => (await readRejected(pool, { limit: LAST_REJECTED })).rows);
  const channels = shareBounded(() => readChannelStatus(pool));
  return async () => {
    const asked = [size(), byReason(), last(), channels()] as const;
    const [sizeBytes, rejectedByReason, lastRejected, known] = await Promise.all(asked);
    return { sizeBytes, rejectedByReason, lastRejected, channels: known };
  };
}
