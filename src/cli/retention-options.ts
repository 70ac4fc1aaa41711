import type { Config } from '../config.ts';
import { type Duration, DURATION_FORMS, formatDuration, parseDuration } from '../telemetry/duration.ts';
import type { Retention, RetentionPolicy } from '../telemetry/retention-policy.ts';
import { isMetricName, isStationName } from '../telemetry/topic.ts';
import type { Option } from './command.ts';

/** Which series a policy is of. */
export const SERIES_OPTIONS = {
  station: { type: 'string', placeholder: 'STATION', description: 'of this station; otherwise of all' },
  metric: { type: 'string', placeholder: 'METRIC', description: 'of this metric; otherwise of all' },
} as const satisfies Record<string, Option>;

export interface NamedSeries {
  readonly station: string | null;
  readonly metric: string | null;
}

interface GivenNames {
  readonly station?: string;
  readonly metric?: string;
}

/** @param mistakes those that are found are added, as sentences */
export function readSeries({ station, metric }: GivenNames, mistakes: string[]): NamedSeries {
  if (station !== undefined && !isStationName(station)) {
    mistakes.push('--station must be the name of a station.');
  }
  if (metric !== undefined && !isMetricName(metric)) {
    mistakes.push('--metric must be the name of a metric.');
  }
  return { station: station ?? null, metric: metric ?? null };
}

/** @param mistakes those that are found are added, as sentences */
export function readDuration(name: string, text: string | undefined, mistakes: string[]): Duration | null {
  if (text === undefined) return null;
  const duration = parseDuration(text);
  if (duration === undefined) mistakes.push(`--${name} must be a time ${DURATION_FORMS}.`);
  return duration ?? null;
}

/** `all metrics of outside`, `temperature of outside`, `temperature of all stations`, `all stations` */
export function seriesWords({ station, metric }: NamedSeries): string {
  if (station === null && metric === null) return 'all stations';
  return `${metric ?? 'all metrics'} of ${station ?? 'all stations'}`;
}

/** What the settings say, where no policy does. */
export function settingsOf({ retentionRaw, retentionRollups }: Config): Retention {
  return { raw: retentionRaw, rollups: retentionRollups };
}

/** A policy as JSON has it. */
export function policyDocument(
  policy: RetentionPolicy,
): Readonly<Record<keyof RetentionPolicy, string | null>> {
  const { station, metric, raw, rollups } = policy;
  return { station, metric, raw: shown(raw), rollups: shown(rollups) };
}

function shown(duration: Duration | null): string | null {
  return duration === null ? null : formatDuration(duration);
}
