import path from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Ingest } from './ingest/ingest.ts';
import { createLateWriter } from './ingest/late-writer.ts';
import { openSpool, type Spool } from './ingest/spool/spool.ts';
import type { StoreUpdates } from './ingest/updates.ts';
import { createWriter, type Writer } from './ingest/writer.ts';
import type { Stations } from './live/stations.ts';
import type { Database } from './open-database.ts';
import { type Preparation, prepareDatabase } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { spoolInUse } from './start-error.ts';
import { storeUpdates } from './storage/channel-updates-insert.ts';
import type { StationChange } from './storage/held-series.ts';
import { readLatest } from './storage/latest-query.ts';
import { createPartitions } from './storage/partitions.ts';
import { createWritingConnection } from './storage/writing-connection.ts';
import type { StoringState } from './web/parts.ts';

/** @throws StartError when another process has it open */
export async function openSpoolOf(
  { dataDir, spoolMaxBytes }: Config,
  log: Logger,
  releasers: Releasers,
): Promise<Spool> {
  const folder = path.join(dataDir, 'spool');
  const spool = await openSpool({ folder, maxBytes: spoolMaxBytes, log }).catch((error: unknown) => {
    throw spoolInUse(folder, error);
  });
  releasers.push(() => spool.close());
  return spool;
}

export interface WriterNeeds {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly stations: Stations;
  /** Told of stations that were renamed or removed, when `stations` knows. */
  readonly onStationsChanged: (changes: readonly StationChange[]) => void;
}

export interface OpenWriter {
  readonly writer: Writer;
  readonly preparation: Preparation;
  /**
   * Looks for stations that were renamed or removed, and for newer readings that a command has stored, once the database is ready.
   * @returns whether there were such
   * @throws what the database reports
   */
  readonly refreshStations: () => Promise<boolean>;
}

/** A writer that takes readings as soon as the database is ready, which may be later. */
export async function openWriter(
  { config, log, database, stations, onStationsChanged }: WriterNeeds,
  releasers: Releasers,
): Promise<OpenWriter> {
  let preparation: Preparation | undefined;
  let refreshStations: (() => Promise<boolean>) | undefined;
  const writer = createLateWriter(() => preparation?.problem() ?? 'it is not ready yet');
  const pool = database.writing;
  const connection = createWritingConnection(pool);
  releasers.push(() => connection.close());
  preparation = await prepareDatabase({
    connection: database.connection,
    pool,
    isEmbedded: config.databaseUrl === undefined,
    log,
    onReady({ catalog, latest }) {
      stations.restore(latest);
      catalog.listen((changes) => {
        stations.follow(changes);
        onStationsChanged(changes);
      });
      refreshStations = async () => {
        // Read before the catalog: of a station that is removed, or renamed, meanwhile nothing comes back under its old name.
        const stored = await readLatest(database.reading);
        await catalog.refresh();
        return stations.takeIn(
          stored.filter(({ station, metric }) => metric !== null && catalog.find(station, metric)),
        );
      };
      const partitions = createPartitions(pool);
      const store: StoreUpdates = (updates) => storeUpdates(pool, updates);
      writer.attach(createWriter({ database: connection, catalog, partitions, storeUpdates: store, log }));
    },
  });
  releasers.push(() => preparation.close());
  return { writer, preparation, refreshStations: async () => (await refreshStations?.()) ?? false };
}

/** What becomes of readings now, and what stands in their way. */
export function storingReport(ingest: Ingest, spool: Spool, preparation: Preparation): StoringState {
  const { state, databaseProblem, spoolProblem } = ingest.report();
  const isPrepared = preparation.problem() === undefined;
  return {
    state: isPrepared || state !== 'storing' ? state : 'spooling',
    isPrepared,
    databaseProblem: preparation.problem() ?? databaseProblem,
    spoolProblem: spoolProblem ?? spool.problem(),
    spooledMessages: spool.isKnown() ? spool.count() : undefined,
    spooledBytes: spool.isKnown() ? spool.bytes() : undefined,
  };
}
