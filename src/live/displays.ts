import type { SeriesDisplay } from '../storage/metric-display.ts';
import type { MetricDisplay, StationSnapshot } from '../telemetry/station.ts';

/** What the owner has said of the metrics of a station, by metric. */
export type Displays = ReadonlyMap<string, MetricDisplay>;

export const NO_DISPLAYS: Displays = new Map();

/** By station; those of which nothing was said are not there. */
export function displaysByStation(metrics: readonly SeriesDisplay[]): ReadonlyMap<string, Displays> {
  const stations = new Map<string, Map<string, MetricDisplay>>();
  for (const { station, metric, ...display } of metrics) {
    const known = stations.get(station) ?? new Map<string, MetricDisplay>();
    stations.set(station, known.set(metric, display));
  }
  return stations;
}

type Shown = Pick<StationSnapshot, 'title' | 'group' | 'position' | 'displays'>;

export function isShownAlike(one: Shown, other: Shown): boolean {
  return textOf(one) === textOf(other);
}

function textOf({ title, group, position, displays }: Shown): string {
  return JSON.stringify([title, group, position, ...displays]);
}
