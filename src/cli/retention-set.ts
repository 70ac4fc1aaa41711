import { readRetentionPolicies, setRetentionPolicy } from '../storage/expiry/policies.ts';
import { readSeries as readNamedSeries } from '../storage/series-query.ts';
import { durationWords } from '../telemetry/duration.ts';
import { findContradiction, type Retention, type RetentionPolicy } from '../telemetry/retention-policy.ts';
import { type Command, JSON_OPTION, UsageError } from './command.ts';
import {
  policyDocument,
  readDuration,
  readSeries,
  SERIES_OPTIONS,
  seriesWords,
  settingsOf,
} from './retention-options.ts';

const OPTIONS = {
  ...SERIES_OPTIONS,
  raw: { type: 'string', placeholder: 'TIME', description: 'how long readings are kept' },
  rollups: { type: 'string', placeholder: 'TIME', description: 'how long roll-ups by hour and day are kept' },
  json: JSON_OPTION,
} as const;

export const retentionSet: Command<typeof OPTIONS> = {
  name: 'retention set',
  operands: [],
  summary: 'Says how long readings and roll-ups of some stations or metrics are kept',
  details: `An exception from RETENTION_RAW and RETENTION_ROLLUPS; the most specific one wins: that of a station and a metric, then that
of a station, then that of a metric, then that of all. TIME is 90d, 12w, 18mo, 2y or the like, or forever; what is not
given stays as it was. The running service heeds it within minutes: see what would go, before, with retention --dry-run.

  retention set --station shed --raw 90d
  retention set --metric rssi --raw 2w --rollups 1y

With --json: {"station","metric","raw","rollups"}; null stands for all, and for what is left open`,
  options: OPTIONS,
  needsDatabase: true,
  async run(context) {
    const { options } = context;
    const mistakes: string[] = [];
    const policy: RetentionPolicy = {
      ...readSeries(options, mistakes),
      raw: readDuration('raw', options.raw, mistakes),
      rollups: readDuration('rollups', options.rollups, mistakes),
    };
    if (options.raw === undefined && options.rollups === undefined) {
      mistakes.push('How long? Give --raw, --rollups or both.');
    }
    if (mistakes.length > 0) throw new UsageError(mistakes);
    const { pool } = await context.database();
    const others = await readRetentionPolicies(pool);
    const whole = merged(others, policy);
    refuseContradiction(
      [...others.filter((other) => !isSame(other, policy)), whole],
      settingsOf(context.config),
    );
    await setRetentionPolicy(pool, policy);
    const named = { station: policy.station ?? undefined, metric: policy.metric ?? undefined };
    if (!options.json && (await readNamedSeries(pool, named)).length === 0) {
      context.tell(
        `No readings of ${seriesWords(policy)} are stored yet. It holds as soon as some come; look whether the names are right.`,
      );
    }
    context.print(options.json ? JSON.stringify(policyDocument(whole)) : context.asGiven(describe(policy)));
  },
};

function isSame(one: RetentionPolicy, other: RetentionPolicy): boolean {
  return one.station === other.station && one.metric === other.metric;
}

function merged(before: readonly RetentionPolicy[], policy: RetentionPolicy): RetentionPolicy {
  const known = before.find((one) => isSame(one, policy));
  return {
    ...policy,
    raw: policy.raw ?? known?.raw ?? null,
    rollups: policy.rollups ?? known?.rollups ?? null,
  };
}

/** @throws UsageError */
function refuseContradiction(policies: readonly RetentionPolicy[], settings: Retention): void {
  const found = findContradiction(policies, settings);
  if (found === undefined) return;
  const named = {
    station: found.station === '*' ? null : found.station,
    metric: found.metric === '*' ? null : found.metric,
  };
  throw new UsageError([
    `Roll-ups of ${seriesWords(named)} would be kept ${durationWords(found.rollups)}, and their readings ${durationWords(found.raw)}.`,
    'Roll-ups are kept at least as long as what they are made from: give a longer --rollups, too, or a shorter --raw.',
  ]);
}

function describe(policy: RetentionPolicy): string {
  const { raw, rollups } = policy;
  const parts = [
    ...(raw === null ? [] : [`readings are kept ${durationWords(raw)} now`]),
    ...(rollups === null ? [] : [`roll-ups are kept ${durationWords(rollups)} now`]),
  ];
  return `Of ${seriesWords(policy)}: ${parts.join(', ')}.\nSee what will go: thermograph retention --dry-run`;
}
