import type { LatestRow } from '../storage/latest-query.ts';
import type { RecentSeries } from '../storage/recent-query.ts';
import type { StationChange } from '../storage/held-series.ts';
import type { Series } from '../storage/series-catalog.ts';
import type { SeriesDisplay } from '../storage/metric-display.ts';
import type { StationDisplay } from '../storage/station-display.ts';
import type { Micros } from '../telemetry/reading.ts';
import { noteQuarter, noteTimes, type SeriesDay } from '../telemetry/series-day.ts';
import type { LatestReading, StationSnapshot } from '../telemetry/station.ts';
import { displaysByStation, isShownAlike, NO_DISPLAYS } from './displays.ts';
import { type Entry, restore, snapshotOf, take } from './station-entry.ts';

/** What is known of every station now, kept in memory so that pages and live topics never scan history. */
export interface Stations {
  /** By name. The same array as before while nothing has changed, and the same snapshot of each station. */
  all(): readonly StationSnapshot[];
  find(station: string): StationSnapshot | undefined;
  /**
   * Begins to note which stations come and go, or get another title or other series, so that nobody has to look over all of them.
   * @returns what tells their names, each time those since the last
   */
  watchSeries(): () => ReadonlySet<string>;
  /** Takes in what the database holds as the newest readings. */
  restore(rows: readonly LatestRow[]): void;
  /**
   * Takes in what others have stored, as far as it is newer than what is held.
   * @returns whether anything was
   */
  takeIn(rows: readonly LatestRow[]): boolean;
  /** Takes in how the owner wants stations and their metrics to be shown; stations that are not known are left out. */
  display(rows: readonly StationDisplay[], metrics: readonly SeriesDisplay[]): void;
  /** Takes in that stations were renamed or removed. */
  follow(changes: readonly StationChange[]): void;
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

export function createStations(rows: readonly LatestRow[]): Stations {
  const entries = new Map<string, Entry>();
  let sorted: readonly Entry[] | undefined;
  let snapshots: readonly StationSnapshot[] | undefined;
  // A connection may speak of stations before their first reading is committed.
  const onlineUnknown = new Set<string>();
  /** What watchers have not asked for yet. */
  const noted: Set<string>[] = [];

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

  function note({ station }: Pick<Entry, 'station'>): void {
    for (const names of noted) names.add(station);
  }

  function restoreAll(latest: readonly LatestRow[]): void {
    for (const row of latest) {
      const entry = entryOf(row.station, row.title);
      restore(entry, row);
      changed(entry);
      note(entry);
    }
  }

  restoreAll(rows);
  return {
    restore: restoreAll,
    takeIn(latest) {
      const newer = latest.filter(({ station, metric, measuredAt }) => {
        if (metric === null || measuredAt === null) return false;
        const held = entries.get(station)?.series.get(metric)?.latest.measuredAt;
        return held === undefined || held < measuredAt;
      });
      restoreAll(newer);
      return newer.length > 0;
    },
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
        note(entry);
      }
    },
    follow(changes) {
      changes.forEach(note);
      const renamed = changes.flatMap(({ station, renamedTo }) => {
        const entry = entries.get(station);
        entries.delete(station);
        return entry === undefined || renamedTo === null ? [] : [{ entry, name: renamedTo }];
      });
      for (const { entry, name } of renamed) {
        if (entry.title === entry.station) entry.title = name;
        // Whoever speaks for it spoke for the old name.
        Object.assign(entry, { station: name, online: onlineUnknown.delete(name) });
        entries.set(name, entry);
        changed(entry);
        note(entry);
      }
      sorted = undefined;
      snapshots = undefined;
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
    watchSeries() {
      const place = noted.push(new Set()) - 1;
      return () => noted.splice(place, 1, new Set())[0]!;
    },
    commit(series, reading) {
      const entry = entryOf(series.station);
      const isLatest = take(entry, series, reading, note);
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
