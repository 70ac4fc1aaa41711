import type { Config } from '../config.ts';
import { readDatabaseSize } from '../storage/database-facts.ts';
import type { Queryable } from '../storage/queryable.ts';
import { readEntriesBefore, readSeriesBounds } from '../storage/expiry/bounds.ts';
import { listPartitions, partitionLabel } from '../storage/expiry/partition-list.ts';
import {
  countChannelEntriesBefore,
  countRejectedBefore,
  type ExpiryPlan,
  type OnCounted,
  planExpiry,
} from '../storage/expiry/plan.ts';
import { chooseForSize, sizeCandidates } from '../storage/expiry/size-candidates.ts';
import { type Held, MOST_DAYS_OFF, readClock, readExpiryReport } from '../storage/expiry/state.ts';
import { readRollupState } from '../storage/rollups/state.ts';
import { bytesText } from '../telemetry/bytes-text.ts';
import { before } from '../telemetry/duration.ts';
import { formatMicros } from '../telemetry/format-time.ts';
import { createLocalDays } from '../telemetry/local-days.ts';
import type { Micros } from '../telemetry/reading.ts';
import { type Command, JSON_OPTION, UsageError } from './command.ts';
import { createProgress } from './progress.ts';
import { settingsOf } from './retention-options.ts';
import { alignColumns } from './table.ts';

const OPTIONS = {
  'dry-run': {
    type: 'boolean',
    description: 'look, and let nothing go; needed, for the service does the work',
  },
  json: JSON_OPTION,
} as const;

export const retentionDryRun: Command<typeof OPTIONS> = {
  name: 'retention',
  operands: [],
  summary: 'Shows with --dry-run what has been kept long enough and would go now',
  details: `It only reads, and counts every reading that would go; of a large database this takes a while. Give it the settings of the
service (RETENTION_RAW, RETENTION_ROLLUPS, RETENTION_REJECTED, MAX_DATABASE_SIZE), or others, to see what they would do.
Exceptions are those of retention set. Nothing goes that is not rolled up yet, and nothing of the day in which its time
comes to an end.

With --json: {"partitions":[{"month","readings","bytes","isWhole"}],"series":[{"station","metric","before","readings"}],
"rollups","channelEntries","rejectedMessages","forSize":["2024-01"],"isSizeOutOfReach","isHeld","rolledUntil"}; forSize has the months that
would go for MAX_DATABASE_SIZE, and isHeld says whether nothing goes because the clock may be wrong.`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    if (context.options['dry-run'] !== true) {
      throw new UsageError([
        'Readings expire in the running service. To see which would: thermograph retention --dry-run',
      ]);
    }
    const { pool } = await context.database();
    const { config, stderr: screen, signal } = context;
    const json = context.options.json === true;
    const progress = createProgress({ screen, isQuiet: json, counted: 'rows counted', signal });
    try {
      const now = await readClock(pool);
      const found = await look(pool, { config, now, onCounted: (share, rows) => progress.show(share, rows) });
      progress.end();
      context.print(json ? JSON.stringify(documentOf(found)) : context.asGiven(describe(found)));
    } finally {
      progress.end();
    }
  },
};

interface Found extends ExpiryPlan {
  readonly channelEntries: number;
  readonly rejectedMessages: number;
  readonly forSize: readonly string[];
  /** Whether MAX_DATABASE_SIZE can't be held to, so that no month would go for it. */
  readonly isSizeOutOfReach: boolean;
  readonly held: Held | undefined;
  readonly rolledUntil: Micros;
}

interface LookOptions {
  readonly config: Config;
  readonly now: Micros;
  readonly onCounted: OnCounted;
}

async function look(database: Queryable, { config, now, onCounted }: LookOptions): Promise<Found> {
  const { rolledUntil, timeZone } = await readRollupState(database);
  const days = createLocalDays(timeZone ?? config.timeZone);
  const options = { now, settings: settingsOf(config), days };
  const plan = await planExpiry(database, await readSeriesBounds(database, options), onCounted);
  const channelEntries = await countChannelEntriesBefore(
    database,
    await readEntriesBefore(database, options),
  );
  const { retentionRejected, maxDatabaseBytes } = config;
  const rejectedMessages = await countRejectedBefore(database, before(now, retentionRejected));
  const ofSize =
    maxDatabaseBytes === undefined
      ? { forSize: [], isSizeOutOfReach: false }
      : await lookForSize(database, plan, now, maxDatabaseBytes);
  const { held } = await readExpiryReport(database);
  return { ...plan, channelEntries, rejectedMessages, ...ofSize, held, rolledUntil };
}

/** Which months would go beside those that expire. */
async function lookForSize(
  database: Queryable,
  { partitions }: ExpiryPlan,
  now: Micros,
  maxBytes: number,
): Promise<Pick<Found, 'forSize' | 'isSizeOutOfReach'>> {
  const expired = new Map(
    partitions.filter(({ isWhole }) => isWhole).map(({ month, bytes }) => [month, bytes]),
  );
  const freed = [...expired.values()].reduce((sum, bytes) => sum + bytes, 0);
  const left = (await listPartitions(database)).filter(
    (partition) => !expired.has(partitionLabel(partition)),
  );
  const bytes = (await readDatabaseSize(database)) - freed;
  const candidates = sizeCandidates(left, now);
  const chosen = chooseForSize(candidates, { bytes, maxBytes });
  return {
    forSize: chosen.map(partitionLabel),
    isSizeOutOfReach: bytes - chosen.reduce((sum, { bytes: one }) => sum + one, 0) > maxBytes,
  };
}

function documentOf({ rolledUntil, series, held, ...found }: Found): object {
  return {
    ...found,
    series: series.map((one) => ({ ...one, before: formatMicros(one.before) })),
    isHeld: held !== undefined,
    rolledUntil: Number.isFinite(rolledUntil) ? formatMicros(rolledUntil) : null,
  };
}

function describe(found: Found): string {
  const { partitions, series, rollups, channelEntries, rejectedMessages, forSize } = found;
  const { isSizeOutOfReach, held, rolledUntil } = found;
  const ofMonths = partitions.map(({ month, readings, bytes, isWhole }) => [
    month,
    counted(readings),
    bytesText(bytes),
    isWhole ? 'all of the month, which is dropped' : 'a part of the month',
  ]);
  const ofSeries = series.map(({ station, metric, before: time, readings }) => [
    station,
    metric,
    formatMicros(time),
    counted(readings),
  ]);
  const state = Number.isFinite(rolledUntil) ? `until ${formatMicros(rolledUntil)}` : 'not at all yet';
  return [
    partitions.length === 0
      ? 'No readings would go now.'
      : alignColumns([['MONTH', 'READINGS', 'ON DISK', 'WHAT GOES'], ...ofMonths]),
    ...(series.length === 0
      ? []
      : [alignColumns([['STATION', 'METRIC', 'BEFORE', 'READINGS'], ...ofSeries])]),
    ...(forSize.length === 0
      ? []
      : [`For MAX_DATABASE_SIZE, these months would go as well: ${forSize.join(', ')}`]),
    ...(isSizeOutOfReach
      ? ['MAX_DATABASE_SIZE can not be held to with what may go: see the log of the service, and /status.']
      : []),
    `Roll-ups that would go: ${counted(rollups)}. Entries of channels: ${counted(channelEntries)}. Rejected messages: ${counted(rejectedMessages)}.`,
    `Readings are rolled up ${state}; nothing goes that is not.`,
    ...(held === undefined
      ? []
      : [
          `And nothing goes at all now: the clock said ${formatMicros(held.now)}, more than ${MOST_DAYS_OFF} days from ${formatMicros(held.before)}, where it was at the last run. If it is right, say so: thermograph retention resume`,
        ]),
  ].join('\n\n');
}

function counted(count: number): string {
  return count.toLocaleString('en-GB');
}
