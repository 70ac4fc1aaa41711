import type { Pool } from 'pg';
import { type ChannelStatus, readChannelStatus } from '../storage/channel-status-query.ts';
import type { DiskUse } from '../storage/expiry/sizes.ts';
import { countRejected, readRejected, type RejectedRow } from '../storage/rejected-query.ts';
import { shareBounded } from './readiness.ts';

/** What the status page asks the database; `undefined` for what did not come in time. */
export interface StatusFacts {
  readonly diskUse: DiskUse | undefined;
  readonly rejectedByReason: readonly { readonly reason: string; readonly count: number }[] | undefined;
  readonly lastRejected: readonly RejectedRow[] | undefined;
  readonly channels: readonly ChannelStatus[] | undefined;
}

const LAST_REJECTED = 5;

export function createStatusFacts(
  pool: Pool,
  readDiskUse: () => Promise<DiskUse>,
): () => Promise<StatusFacts> {
  const disk = shareBounded(readDiskUse);
  const byReason = shareBounded(() => countRejected(pool));
  const last = shareBounded(async () => (await readRejected(pool, { limit: LAST_REJECTED })).rows);
  const channels = shareBounded(() => readChannelStatus(pool));
  return async () => {
    const asked = [disk(), byReason(), last(), channels()] as const;
    const [diskUse, rejectedByReason, lastRejected, known] = await Promise.all(asked);
    return { diskUse, rejectedByReason, lastRejected, channels: known };
  };
}
