import type { LatestRow } from '../storage/latest-query.ts';
import type { Series } from '../storage/series-catalog.ts';
import type { Micros } from '../telemetry/reading.ts';
import type { LatestReading, StationSnapshot } from '../telemetry/station.ts';

/** What is known of every station now, kept in memory so that pages and live topics never scan history. */
export interface Stations {
  /** By name. The same array as before while nothing has changed, and the same snapshot of each station. */
  all(): readonly StationSnapshot[];
  find(station: string): StationSnapshot | undefined;
  /** Takes in what the database holds as the newest readings. */
  restore(rows: readonly LatestRow[]): void;
  /** Takes in a reading that was committed. @returns whether it is now the newest of its series */
  commit(series: Series, reading: Omit<LatestReading, 'metric' | 'unit'>): boolean;
  /** Notes that a station was heard of; one that has never had a reading is not known. */
  heard(station: string, at: Micros): void;
  /** Notes that a station came or went. @returns whether that is news of a known station */
  setOnline(station: string, online: boolean): boolean;
}

interface Entry {
  readonly station: string;
  readonly title: string;
  online: boolean;
  lastSeenAt: Micros | null;
  readonly latest: Map<string, LatestReading>;
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
      online,
      lastSeenAt: null,
      latest: new Map(),
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
  entry.latest.set(metric, { metric, value, unit, measuredAt, receivedAt });
  entry.lastSeenAt = Math.max(entry.lastSeenAt ?? 0, receivedAt);
}

/** Of two readings of one time, the one that was committed last counts as the newest. */
function take(
  entry: Entry,
  { metric, unit }: Series,
  { value, measuredAt, receivedAt }: Omit<LatestReading, 'metric' | 'unit'>,
): boolean {
  const newest = entry.latest.get(metric);
  if (newest !== undefined && measuredAt < newest.measuredAt) return false;
  entry.latest.set(metric, { metric, value, unit, measuredAt, receivedAt });
  return true;
}

function snapshotOf(entry: Entry): StationSnapshot {
  const { station, title, online, lastSeenAt } = entry;
  entry.snapshot ??= {
    station,
    title,
    online,
    lastSeenAt,
    latest: [...entry.latest.values()].toSorted(byImportance),
  };
  return entry.snapshot;
}

function byImportance(a: LatestReading, b: LatestReading): number {
  if (a.metric === 'temperature') return -1;
  if (b.metric === 'temperature') return 1;
  return a.metric < b.metric ? -1 : 1;
}
