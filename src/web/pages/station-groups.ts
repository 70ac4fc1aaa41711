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

function byPosition(a: StationSnapshot, b: StationSnapshot): number {
  const difference = (a.position ?? Infinity) - (b.position ?? Infinity);
  // Two without a position make NaN.
  return difference || compare(a.title.toLowerCase(), b.title.toLowerCase()) || compare(a.station, b.station);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
