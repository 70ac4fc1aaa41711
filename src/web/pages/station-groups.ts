import type { StationSnapshot } from '../../telemetry/station.ts';

/** Stations that stand together. */
export interface StationGroup {
  /** `null` for those that the owner has put into none. */
  readonly name: string | null;
  readonly stations: readonly StationSnapshot[];
}

/**
 * Stations in the owner's order: by position, those without one last and by title. A group stands where its first station does;
 * those that are in none come last.
 */
export function groupStations(stations: readonly StationSnapshot[]): readonly StationGroup[] {
  const groups = new Map<string | null, StationSnapshot[]>();
  for (const station of stations.toSorted(byPosition)) {
    const group = groups.get(station.group);
    if (group === undefined) groups.set(station.group, [station]);
    else group.push(station);
  }
  const all = Array.from(groups, ([name, members]) => ({ name, stations: members }));
  return [...all.filter(({ name }) => name !== null), ...all.filter(({ name }) => name === null)];
}

/** The same without groups, for lists. */
export function stationsInOrder(stations: readonly StationSnapshot[]): readonly StationSnapshot[] {
  return groupStations(stations).flatMap((group) => group.stations);
}

/** As people look for names: `Room 2` before `Room 10`, and `Äußere Tür` beside `Anbau`, in every language. */
const TITLES = new Intl.Collator('en', { numeric: true });

function byPosition(a: StationSnapshot, b: StationSnapshot): number {
  const difference = (a.position ?? Infinity) - (b.position ?? Infinity);
  // Two without a position make NaN.
  return difference || TITLES.compare(a.title, b.title) || (a.station < b.station ? -1 : 1);
}
