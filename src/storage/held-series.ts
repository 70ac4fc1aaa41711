import type { Series, SeriesRow, StationRow } from './series-catalog.ts';

/** A station is not known by this name any more. */
export interface StationChange {
  readonly station: string;
  readonly metrics: readonly string[];
  /** `null`: it was removed. */
  readonly renamedTo: string | null;
}

/** Series by their names; each is one object for as long as it is there, so that whoever has found it hears of its end. */
export interface HeldSeries {
  find(station: string, metric: string): Series | undefined;
  metricCount(station: string): number;
  /** @returns `false` when these contradict what is held, so that all has to be read again; nothing was added then */
  add(rows: readonly SeriesRow[]): boolean;
  /** Takes these for all that there are. @returns what became of stations that were held */
  replace(rows: readonly (SeriesRow | StationRow)[]): readonly StationChange[];
}

type Mutable = { -readonly [Key in keyof Series]: Series[Key] };

interface HeldStation {
  readonly id: number;
  name: string;
  readonly series: Map<string, Mutable>;
}

export function createHeldSeries(): HeldSeries {
  const byId = new Map<number, HeldStation>();
  const byName = new Map<string, HeldStation>();

  function hold(row: SeriesRow | StationRow): void {
    const { stationId, station } = row;
    let held = byId.get(stationId);
    if (held === undefined) {
      held = { id: stationId, name: station, series: new Map() };
      byId.set(stationId, held);
      byName.set(station, held);
    }
    if (row.id === null) return;
    const { id, metric, unit } = row;
    const known = held.series.get(metric);
    if (known?.id === id) known.unit = unit;
    else held.series.set(metric, { id, station, metric, unit });
  }

  function isContradiction({ stationId, station }: SeriesRow): boolean {
    return (
      (byName.get(station)?.id ?? stationId) !== stationId ||
      (byId.get(stationId)?.name ?? station) !== station
    );
  }

  function forget(held: HeldStation): StationChange {
    byId.delete(held.id);
    byName.delete(held.name);
    for (const series of held.series.values()) series.isRemoved = true;
    return changeOf(held, null);
  }

  return {
    find: (station, metric) => byName.get(station)?.series.get(metric),
    metricCount: (station) => byName.get(station)?.series.size ?? 0,
    add(rows) {
      if (rows.some((row) => isContradiction(row))) return false;
      for (const row of rows) hold(row);
      return true;
    },
    replace(rows) {
      const names = new Map(rows.map(({ stationId, station }) => [stationId, station]));
      const removed = [...byId.values()].filter(({ id }) => !names.has(id)).map((held) => forget(held));
      const renamed = [...byId.values()].filter(({ id, name }) => names.get(id) !== name);
      // All names are taken away before any is given: two stations may have changed theirs.
      for (const { name } of renamed) byName.delete(name);
      const changes = renamed.map((held) => {
        const name = names.get(held.id)!;
        const change = changeOf(held, name);
        held.name = name;
        for (const series of held.series.values()) series.station = name;
        byName.set(name, held);
        return change;
      });
      for (const row of rows) hold(row);
      return [...removed, ...changes];
    },
  };
}

function changeOf({ name, series }: HeldStation, renamedTo: string | null): StationChange {
  return { station: name, metrics: [...series.keys()], renamedTo };
}
