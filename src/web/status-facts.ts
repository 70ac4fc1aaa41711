import { type ChannelStatus, readChannelStatus } from '../storage/channel-status-query.ts';
import { readServerVersion } from '../storage/database-facts.ts';
import type { DiskUse } from '../storage/expiry/sizes.ts';
import { type RejectedReason, readRejectedReasons } from '../storage/rejected-reasons-query.ts';
import { readStationRates, type SeriesRate } from '../storage/station-rates-query.ts';
import { keptFor } from './kept-for.ts';
import type { WebParts } from './parts.ts';
import { shareBounded } from './readiness.ts';

/** What the status page asks the database; `undefined` for what did not come in time. */
export interface StatusFacts {
  readonly diskUse: DiskUse | undefined;
  readonly rejected: readonly RejectedReason[] | undefined;
  readonly channels: readonly ChannelStatus[] | undefined;
  /** Of the last day. */
  readonly rates: readonly SeriesRate[] | undefined;
  readonly postgresVersion: string | undefined;
}

const DAY = 86_400_000_000;
/** To count the readings of a day is not for every look at the page. */
const RATES_KEPT_MS = 60_000;

export function createStatusFacts({
  pool,
  diskUse: readDiskUse,
  clock,
}: Pick<WebParts, 'pool' | 'diskUse' | 'clock'>): () => Promise<StatusFacts> {
  const disk = shareBounded(readDiskUse);
  const reasons = shareBounded(() => readRejectedReasons(pool));
  const channels = shareBounded(() => readChannelStatus(pool));
  const rates = shareBounded(keptFor(RATES_KEPT_MS, () => readStationRates(pool, clock() - DAY)));
  const version = shareBounded(() => readServerVersion(pool));
  return async () => {
    const asked = [disk(), reasons(), channels(), rates(), version()] as const;
    const [diskUse, rejected, known, found, postgresVersion] = await Promise.all(asked);
    return { diskUse, rejected, channels: known, rates: found, postgresVersion };
  };
}
