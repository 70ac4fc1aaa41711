import type { LatestRow } from '../storage/latest-query.ts';
import type { RecentSeries } from '../storage/recent-query.ts';
import type { Series } from '../storage/series-catalog.ts';
import type { SeriesDisplay } from '../storage/metric-display.ts';
import type { StationDisplay } from '../storage/station-display.ts';
import type { Micros } from '../telemetry/reading.ts';
import {
  createSeriesDay,
  noteQuarter,
  noteReading,
  noteTimes,
  type SeriesDay,
} from '../telemetry/series-day.ts';
import type { LatestReading, StationSnapshot } from '../telemetry/station.ts';
import { type Displays, displaysByStation, isShownAlike, NO_DISPLAYS } from './displays.ts';

/** What is known of every station now, kept in memory so that pages and live topics never scan history. */
export interface Stations {
  /** By name. The same array as before while nothing has changed, and the same snapshot of each station. */
  all(): readonly StationSnapshot[];
  find(station: string): StationSnapshot | undefined;
  /** Takes in what the database holds as the newest readings. */
  restore(rows: readonly LatestRow[]): void;
  /** Takes in how the owner wants stations and their metrics to be shown; stations that are not known are left out. */
  display(rows: readonly StationDisplay[], metrics: readonly SeriesDisplay[]): void;
  /** Takes in what the database holds of the last day, also after readings that were committed meanwhile. */
  restoreDay(rows: readonly RecentSeries[]): void;
  /** The last day of a series, kept up to date; not to be changed. */
  day(station: string, metric: string): SeriesDay | undefined;
  /** Takes in a reading that was committed. @returns whether it is now the newest of its series */
  commit(series: Series, reading: Omit<LatestReading, 'metric' | 'unit'>): boolean;
  /** Notes that a station was heard of; one that has never had a reading is not known. */
  heard(station: string, at: Micros): void;
  /** Notes that a station came or went. @returns whether that is news of a known station */
  setOnline(station: string, online: boolean): boolean;
}

interface HeldSeries {
  latest: LatestReading;
  readonly day: SeriesDay;
}

interface Entry {
  readonly station: string;
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

export function createStations(rows: readonly LatestRow[]): Stations {
  const entries = new Map<string, Entry>();
  let sorted: readonly Entry[] | undefined;
  let snapshots: readonly StationSnapshot[] | undefined;
  // A connection may speak of stations before their first reading is committed.
  const onlineUnknown = new Set<string>();

  function entryOf(station: string, title: string | null = null): Entry {
    const known = entries.get(station);
    if (known !== undefined) return known;
    const online = onlineUnknown.delete(station);
    const entry: Entry = {
      station,
      title: title ?? station,
      group: null,
      position: null,
      displays: NO_DISPLAYS,
      online,
      lastSeenAt: null,
      series: new Map(),
      snapshot: undefined,
    };
    entries.set(station, entry);
    sorted = undefined;
    snapshots = undefined;
    return entry;
  }

  function changed(entry: Entry): void {
    entry.snapshot = undefined;
    snapshots = undefined;
  }

  function restoreAll(latest: readonly LatestRow[]): void {
    for (const row of latest) {
      const entry = entryOf(row.station, row.title);
      restore(entry, row);
      changed(entry);
    }
  }

  restoreAll(rows);
  return {
    restore: restoreAll,
    display(wanted, metrics) {
      const byStation = displaysByStation(metrics);
      for (const { station, title, group, position } of wanted) {
        const entry = entries.get(station);
        if (entry === undefined) continue;
        const displays = byStation.get(station) ?? NO_DISPLAYS;
        const shown = { title: title ?? station, group, position, displays };
        if (isShownAlike(entry, shown)) continue;
        Object.assign(entry, shown);
        changed(entry);
      }
    },
    restoreDay(recent) {
      for (const { station, metric, quarters, lastTimes } of recent) {
        const day = entries.get(station)?.series.get(metric)?.day;
        if (day === undefined) continue;
        for (const quarter of quarters) noteQuarter(day, quarter);
        noteTimes(day, lastTimes);
        // What is shown of its age goes by the interval, which may have become known.
        changed(entries.get(station)!);
      }
    },
    day: (station, metric) => entries.get(station)?.series.get(metric)?.day,
    all() {
      sorted ??= [...entries.values()].toSorted((a, b) => (a.station < b.station ? -1 : 1));
      snapshots ??= sorted.map(snapshotOf);
      return snapshots;
    },
    find(station) {
      const entry = entries.get(station);
      return entry && snapshotOf(entry);
    },
    commit(series, reading) {
      const entry = entryOf(series.station);
      const isLatest = take(entry, series, reading);
      if (isLatest) changed(entry);
      return isLatest;
    },
    heard(station, at) {
      const entry = entries.get(station);
      if (entry === undefined || (entry.lastSeenAt ?? 0) >= at) return;
      entry.lastSeenAt = at;
      changed(entry);
    },
    setOnline(station, online) {
      const entry = entries.get(station);
      if (entry === undefined) {
        if (online) onlineUnknown.add(station);
        else onlineUnknown.delete(station);
        return false;
      }
      if (entry.online === online) return false;
      entry.online = online;
      changed(entry);
      return true;
    },
  };
}

function restore(entry: Entry, { metric, unit, value, measuredAt, receivedAt }: LatestRow): void {
  if (metric === null || value === null || measuredAt === null || receivedAt === null) return;
  hold(entry, { metric, value, unit, measuredAt, receivedAt });
  entry.lastSeenAt = Math.max(entry.lastSeenAt ?? 0, receivedAt);
}

/** Of two readings of one time, the one that was committed last counts as the newest. */
function take(
  entry: Entry,
  { metric, unit }: Series,
  { value, measuredAt, receivedAt }: Omit<LatestReading, 'metric' | 'unit'>,
): boolean {
  const held = entry.series.get(metric);
  if (held === undefined) {
    noteReading(hold(entry, { metric, value, unit, measuredAt, receivedAt }), measuredAt, value);
    return true;
  }
  noteReading(held.day, measuredAt, value);
  if (measuredAt < held.latest.measuredAt) return false;
  held.latest = { metric, value, unit, measuredAt, receivedAt };
  return true;
}

function hold({ series }: Entry, latest: LatestReading): SeriesDay {
  const day = series.get(latest.metric)?.day ?? createSeriesDay();
  series.set(latest.metric, { latest, day });
  return day;
}

function snapshotOf(entry: Entry): StationSnapshot {
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
