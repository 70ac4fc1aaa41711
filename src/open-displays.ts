import type { Logger } from 'pino';
import type { Stations } from './live/stations.ts';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { waitAtMost } from './start-patience.ts';
import { createChangeListener } from './storage/change-listener.ts';
import { readFormerStations } from './storage/former-stations.ts';
import { readMetricDisplays } from './storage/metric-display.ts';
import type { Connection } from './storage/pool.ts';
import { readStationDisplays } from './storage/station-display.ts';

export interface DisplayNeeds {
  readonly connection: Connection;
  readonly log: Logger;
  readonly preparation: Preparation;
  readonly stations: Pick<Stations, 'display' | 'find'>;
  /** @returns whether there are newer readings than were known */
  readonly refreshStations: () => Promise<boolean>;
  /** Reads the last day of all series anew, beside everything else. */
  readonly restoreDays: () => void;
  /** Told of names that are no station's any more, once each time that they were taken from one. */
  readonly forget: (name: string) => void;
  /** How long a start waits for them. */
  readonly patienceMs: number;
}

/**
 * Reads which stations there are, and how the owner wants them and their metrics to be shown, once the database is ready, and again
 * whenever that changes.
 * @returns resolves when it is known, or can't be for now
 */
export function openDisplays(needs: DisplayNeeds, releasers: Releasers): Promise<void> {
  const { connection, log, preparation, stations, patienceMs } = needs;
  const known = new AbortController();
  const forgotten = new Map<string, string>();
  const listener = createChangeListener({
    connection,
    channel: 'thermograph_stations',
    subject: 'stations',
    read: async (database) => {
      const former = await readFormerStations(database);
      const hasNewer = await needs.refreshStations();
      // Also of what was changed while the service was stopped, or did not hear of it. In the tick in which all others were told of the change: what
      // is retained afterwards is of a board that goes on under the name.
      for (const { station, changedAt } of former) {
        if (forgotten.get(station) === changedAt) continue;
        forgotten.set(station, changedAt);
        // Or it is a station again by now.
        if (stations.find(station) === undefined) needs.forget(station);
      }
      stations.display(await readStationDisplays(database), await readMetricDisplays(database));
      known.abort();
      if (hasNewer) needs.restoreDays();
    },
    log,
  });
  releasers.push(() => listener.close());
  const isReady = preparation.problem() === undefined;
  void preparation.ready.then(() => listener.start());
  return isReady ? waitAtMost(patienceMs, known.signal) : Promise.resolve();
}
