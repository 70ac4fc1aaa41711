import type { LatestRow } from '../storage/latest-query.ts';
import type { Series } from '../storage/series-catalog.ts';
import type { Micros } from '../telemetry/reading.ts';
import { createSeriesDay, noteReading, type SeriesDay } from '../telemetry/series-day.ts';
import type { LatestReading, StationSnapshot } from '../telemetry/station.ts';
import type { Displays } from './displays.ts';

interface HeldSeries {
  latest: LatestReading;
  readonly day: SeriesDay;
}

/** What is held of a station. */
export interface Entry {
  /** Its owner may rename it. */
  station: string;
  title: string;
  group: string | null;
  position: number | null;
  displays: Displays;
  online: boolean;
  lastSeenAt: Micros | null;
  readonly series: Map<string, HeldSeries>;
  /** Made when it is asked for, and again after a change. */
  snapshot: StationSnapshot | undefined;
}

/** Takes in what the database holds. */
export function restore(entry: Entry, { metric, unit, value, measuredAt, receivedAt }: LatestRow): void {
  if (metric === null || value === null || measuredAt === null || receivedAt === null) return;
  hold(entry, { metric, value, unit, measuredAt, receivedAt });
  entry.lastSeenAt = Math.max(entry.lastSeenAt ?? 0, receivedAt);
}

/**
 * Takes in a reading that was committed; of two of one time, the one that was committed last counts as the newest.
 * @param onOther told when the station has another series now, or a series another unit
 * @returns whether it is now the newest of its series
 */
export function take(
  entry: Entry,
  { metric, unit }: Series,
  { value, measuredAt, receivedAt }: Omit<LatestReading, 'metric' | 'unit'>,
  onOther: (entry: Entry) => void,
): boolean {
  const held = entry.series.get(metric);
  if (held === undefined) {
    noteReading(hold(entry, { metric, value, unit, measuredAt, receivedAt }), measuredAt, value);
    onOther(entry);
    return true;
  }
  noteReading(held.day, measuredAt, value);
  if (measuredAt < held.latest.measuredAt) return false;
  if (held.latest.unit !== unit) onOther(entry);
  held.latest = { metric, value, unit, measuredAt, receivedAt };
  return true;
}

function hold({ series }: Entry, latest: LatestReading): SeriesDay {
  const day = series.get(latest.metric)?.day ?? createSeriesDay();
  series.set(latest.metric, { latest, day });
  return day;
}

export function snapshotOf(entry: Entry): StationSnapshot {
  const { station, title, group, position, displays, online, lastSeenAt } = entry;
  entry.snapshot ??= {
    station,
    title,
    group,
    position,
    online,
    lastSeenAt,
    latest: Array.from(entry.series.values(), ({ latest }) => latest).toSorted(byImportance),
    displays,
  };
  return entry.snapshot;
}

function byImportance(a: LatestReading, b: LatestReading): number {
  if (a.metric === 'temperature') return -1;
  if (b.metric === 'temperature') return 1;
  return a.metric < b.metric ? -1 : 1;
}
