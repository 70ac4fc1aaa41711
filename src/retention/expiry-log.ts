import type { Logger } from 'pino';
import { type Held, MOST_DAYS_OFF } from '../storage/expiry/state.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import type { SizeOutcome } from './limit-size.ts';
import type { Expired } from './work.ts';

/** What an owner is told of expiry; what goes on for long is told once. */
export interface ExpiryLog {
  /** One line a run that has let something go, which is one a day as a rule. */
  gone(expired: Expired): void;
  size(outcome: SizeOutcome, maxDatabaseBytes: number): void;
  /** @param held `undefined`: the clock is right */
  clock(held: Held | undefined): void;
  failed(reason: string): void;
  succeeded(): void;
}

const TOO_LARGE: Readonly<Partial<Record<SizeOutcome, string>>> = {
  stuck:
    'the database is larger than MAX_DATABASE_SIZE, and nothing is left that may go but this month and the one before: give it more room, or shorten RETENTION_ROLLUPS, or have stations send less',
  'out-of-reach':
    'the database is larger than MAX_DATABASE_SIZE, and would be without all the months that may go: none was dropped. Give it more room, look what else is in it, or shorten RETENTION_RAW',
};

export function createExpiryLog(log: Logger): ExpiryLog {
  let told: SizeOutcome | undefined;
  let isHeld = false;
  let isFailing = false;
  return {
    gone({ readings_expired: readings, rollups_expired: rollups, ...others }) {
      const { rejected_messages_expired: rejectedMessages, channel_entries_expired: channelEntries } = others;
      if (readings + rollups + rejectedMessages + channelEntries === 0) return;
      log.info({ readings, rollups, rejectedMessages, channelEntries }, 'what was kept long enough has gone');
    },
    size(outcome, maxDatabaseBytes) {
      const text = TOO_LARGE[outcome];
      if (text !== undefined && outcome !== told) log.warn({ maxDatabaseBytes }, text);
      told = outcome;
    },
    clock(held) {
      if (held !== undefined && !isHeld) {
        log.warn(
          { clock: formatMicros(held.now), lastRun: formatMicros(held.before) },
          `the clock is more than ${MOST_DAYS_OFF} days from where it was at the last run, and may be wrong: nothing expires by it. If it is right, say so with: retention resume`,
        );
      }
      if (held === undefined && isHeld) log.info('the clock is trusted again, and expiry goes on');
      isHeld = held !== undefined;
    },
    failed(reason) {
      if (!isFailing) log.warn({ reason }, 'what was kept long enough could not go; it is tried again');
      isFailing = true;
    },
    succeeded() {
      isFailing = false;
    },
  };
}
