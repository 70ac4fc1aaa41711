import type { Logger } from 'pino';
import type { Queryable } from '../storage/queryable.ts';
import type { LocalDays } from '../telemetry/local-days.ts';
import type { Micros } from '../telemetry/reading.ts';

/** What one run of the work on what has expired is given. */
export interface ExpiryWork {
  /** The worker's own: no other process deletes what is stored. Of no use after an error. */
  readonly session: Queryable;
  /** Of the zone that roll-ups by day are of. */
  readonly days: LocalDays;
  readonly now: Micros;
  readonly log: Logger;
  readonly done: Expired;
  /** Is filled with the months that should have gone, and that somebody was at work on. */
  readonly waiting: string[];
  /** Ends the work between two statements. */
  readonly signal: AbortSignal;
  /** Called between two transactions, with how long the last one took: leaves the database to others for a while. */
  readonly rest: (tookMs: number) => Promise<void>;
  /** Whether something else is to be done first; what is left over is done the next time. */
  readonly isOverTime: () => boolean;
}

/** What has gone so far. */
export interface Expired {
  readings_expired: number;
  rollups_expired: number;
  partitions_dropped: number;
  rejected_messages_expired: number;
  channel_entries_expired: number;
}

export function newExpired(): Expired {
  return {
    readings_expired: 0,
    rollups_expired: 0,
    partitions_dropped: 0,
    rejected_messages_expired: 0,
    channel_entries_expired: 0,
  };
}
