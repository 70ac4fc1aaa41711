/**
 * Which stations are there. A station is online from the first message that a connection brings of it, or from
 * `online` on its status topic; it is offline when the last such connection has ended, or with `offline` there,
 * which is where last wills go.
 */
export interface Presence {
  /** A message of the station has come in over this connection. */
  heard(connection: object, station: string): void;
  /** The station has spoken on its status topic, or its last will has. */
  said(station: string, status: 'online' | 'offline'): void;
  /** The connection has ended. */
  left(connection: object): void;
}

/** @param report is told each time; that nothing changed is for it to find out */
export function createPresence(report: (station: string, online: boolean) => void): Presence {
  const stationsOf = new Map<object, Set<string>>();
  const connections = new Map<string, number>();
  return {
    heard(connection, station) {
      let stations = stationsOf.get(connection);
      if (stations === undefined) stationsOf.set(connection, (stations = new Set()));
      if (!stations.has(station)) {
        stations.add(station);
        connections.set(station, (connections.get(station) ?? 0) + 1);
      }
      report(station, true);
    },
    said: (station, status) => report(station, status === 'online'),
    left(connection) {
      for (const station of stationsOf.get(connection) ?? []) {
        const remaining = (connections.get(station) ?? 1) - 1;
        if (remaining > 0) connections.set(station, remaining);
        else {
          connections.delete(station);
          report(station, false);
        }
      }
      stationsOf.delete(connection);
    },
  };
}
