import { type Duration, isShorter } from './duration.ts';

/** How long a series keeps its readings, and what they came to by hour and day. */
export interface Retention {
  readonly raw: Duration;
  readonly rollups: Duration;
}

/** An exception from the settings; what it leaves open, a less specific one or the settings say. */
export interface RetentionPolicy {
  /** `null`: of all stations, or all metrics. */
  readonly station: string | null;
  readonly metric: string | null;
  readonly raw: Duration | null;
  readonly rollups: Duration | null;
}

/** What holds for a series. */
export type RetentionOf = (station: string, metric: string) => Retention;

/** Stands for every station or metric that no policy names. */
const ANY_OTHER = '*';

/**
 * The most specific policy wins: that of a station and a metric over that of a station, that over that of a metric. Roll-ups
 * that would go before their readings stay as long as these.
 */
export function resolveRetention(policies: readonly RetentionPolicy[], settings: Retention): RetentionOf {
  const find = lookUp(policies, settings);
  return (station, metric) => {
    const { raw, rollups } = find(station, metric);
    return { raw, rollups: isShorter(rollups, raw) ? raw : rollups };
  };
}

/** A series whose roll-ups would go before its readings, if they were not kept as long; `*` stands for any other name. */
export function findContradiction(
  policies: readonly RetentionPolicy[],
  settings: Retention,
): (Retention & { readonly station: string; readonly metric: string }) | undefined {
  const find = lookUp(policies, settings);
  const stations = [ANY_OTHER, ...policies.flatMap(({ station }) => station ?? [])];
  const metrics = [ANY_OTHER, ...policies.flatMap(({ metric }) => metric ?? [])];
  return stations
    .flatMap((station) => metrics.map((metric) => ({ station, metric, ...find(station, metric) })))
    .find(({ raw, rollups }) => isShorter(rollups, raw));
}

function lookUp(policies: readonly RetentionPolicy[], settings: Retention): RetentionOf {
  const known = new Map(policies.map((policy) => [keyOf(policy.station, policy.metric), policy]));
  return (station, metric) => {
    const keys = [keyOf(station, metric), keyOf(station, null), keyOf(null, metric), keyOf(null, null)];
    const fitting = keys.map((key) => known.get(key));
    return {
      raw: fitting.find((policy) => policy?.raw)?.raw ?? settings.raw,
      rollups: fitting.find((policy) => policy?.rollups)?.rollups ?? settings.rollups,
    };
  };
}

/** No name of a station or a metric has a blank, or is empty. */
function keyOf(station: string | null, metric: string | null): string {
  return `${station ?? ''} ${metric ?? ''}`;
}
