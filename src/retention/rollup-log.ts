import type { Logger } from 'pino';
import { type OpenTransaction, oldestTransaction } from '../storage/rollups/fence.ts';
import type { Queryable } from '../storage/queryable.ts';
import type { Ran } from '../storage/rollups/run.ts';
import type { Done } from '../storage/rollups/work.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';

/** Tells the owner of the work on roll-ups what is worth a line. */
export interface RollupLog {
  /** Called often while a run goes on. */
  progress(until: Micros, done: Done): void;
  /** @throws what the database reports */
  ended(ran: Ran, done: Done, session: Queryable): Promise<void>;
  failed(reason: string): void;
}

const PROGRESS_EVERY_MS = 30_000;
/** How long hours may wait for the end of a transaction before the owner hears of it. */
const PATIENCE_MS = 10 * 60_000;

/**
 * @param timeZone that of the settings
 * @param now milliseconds, from any beginning
 */
export function createRollupLog(
  log: Logger,
  timeZone: string,
  now: () => number = () => performance.now(),
): RollupLog {
  let lastLineAt: number | undefined;
  let isLong = false;
  let isFailing = false;
  let waitingSince: number | undefined;
  let isWaitTold = false;
  let strangeZone: string | undefined;
  /** Of runs that were not the end of it. */
  let sum = { hours: 0, days: 0, readings: 0 };

  async function noteWaiting(isWaiting: boolean, session: Queryable): Promise<void> {
    waitingSince = isWaiting ? (waitingSince ?? now()) : undefined;
    if (waitingSince === undefined) isWaitTold = false;
    else if (!isWaitTold && now() - waitingSince >= PATIENCE_MS) {
      isWaitTold = true;
      log.warn(
        { ...described(await oldestTransaction(session)) },
        'roll-ups wait for the end of a transaction that has been open for long; nothing is wrong with readings',
      );
    }
  }

  return {
    progress(until, { readings }) {
      lastLineAt ??= now();
      if (now() - lastLineAt < PROGRESS_EVERY_MS) return;
      lastLineAt = now();
      isLong = true;
      log.info(
        { until: formatMicros(until), readings: sum.readings + readings },
        'readings are rolled up that have waited for it',
      );
    },
    async ended({ isWaiting, hasMore, timeZone: ofDays }, { hours, days, readings, hoursTooLate }, session) {
      if (isFailing) log.info('roll-ups go on');
      sum.hours += hours;
      sum.days += days;
      sum.readings += readings;
      if (isLong && !hasMore) log.info({ ...sum }, 'everything is rolled up now');
      if (hoursTooLate > 0) {
        log.info(
          { hours: hoursTooLate },
          'readings came, or were changed, in hours whose readings have expired; what is known of these hours stays as it was',
        );
      }
      if (ofDays !== timeZone && ofDays !== strangeZone) {
        log.warn(
          { timeZone: ofDays, ours: timeZone },
          'another node has made the days of roll-ups for another TIME_ZONE; give all nodes the same one',
        );
      }
      strangeZone = ofDays;
      isFailing = false;
      if (!hasMore) {
        isLong = false;
        lastLineAt = undefined;
        sum = { hours: 0, days: 0, readings: 0 };
      }
      await noteWaiting(isWaiting, session);
    },
    failed(reason) {
      if (!isFailing) log.warn({ reason }, 'roll-ups wait; readings are stored all the same');
      isFailing = true;
    },
  };
}

function described(transaction: OpenTransaction | undefined): object {
  if (transaction === undefined) return {};
  const { pid, program, since } = transaction;
  return { pid, program, since: since?.toISOString() };
}
