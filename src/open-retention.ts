import type { Config } from './config.ts';
import type { Database } from './open-database.ts';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { createDiskUseReader, diskGauges } from './retention/disk-use.ts';
import { createExpiry, type Maintenance } from './retention/expiry.ts';
import { createRollupWorker } from './retention/rollup-worker.ts';
import { createPool, endPool, type PoolLimits } from './storage/pool.ts';
import type { DiskUse } from './storage/expiry/sizes.ts';
import type { RollupStatus } from './web/parts.ts';
import type { Logger } from 'pino';

// One statement is made to take a quarter of a second; a slow disk may need longer for the least that can be asked for.
const LIMITS: PoolLimits = { maxConnections: 1, statementTimeoutMs: 5 * 60_000 };

export interface RetentionNeeds {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Pick<Database, 'connection' | 'reading'>;
  readonly preparation: Preparation;
}

export interface Retention {
  counters(): Readonly<Record<string, number>>;
  gauges(): Readonly<Record<string, number>>;
  rollups(): RollupStatus;
  /** @throws what the database reports */
  diskUse(): Promise<DiskUse>;
}

/** Looks after what is stored as soon as the database is ready, over a connection of its own. */
export function openRetention(
  { config, log, database, preparation }: RetentionNeeds,
  releasers: Releasers,
): Retention {
  const pool = createPool(database.connection, LIMITS, log);
  releasers.push(() => endPool(pool));
  const { timeZone, maxDatabaseBytes } = config;
  const times = {
    raw: config.retentionRaw,
    rollups: config.retentionRollups,
    rejected: config.retentionRejected,
  };
  const expiry = createExpiry({ times, maxDatabaseBytes, log });
  const afterwards = (maintenance: Maintenance): Promise<boolean> => expiry.run(maintenance);
  const worker = createRollupWorker({ pool, timeZone, log, afterwards });
  const diskUse = createDiskUseReader({
    pool: database.reading,
    embeddedIn: config.databaseUrl === undefined ? config.dataDir : undefined,
    maxDatabaseBytes,
  });
  releasers.push(() => worker.close());
  void preparation.ready.then(() => worker.start());
  // The first look, so that whoever watches finds something from the start.
  void preparation.ready.then(() => diskUse.latest());
  return {
    counters: () => ({ ...worker.counters, ...expiry.counters }),
    gauges: () => {
      const { marks = 0, hoursBehind = 0, runMs = 0 } = worker.report() ?? {};
      const ofRollups = {
        rollup_marks: marks,
        rollup_hours_behind: hoursBehind,
        rollup_run_ms: Math.round(runMs),
      };
      return { ...ofRollups, ...diskGauges(diskUse.latest(), Date.now() * 1000) };
    },
    rollups: () => ({ ...worker.report(), problem: worker.problem() }),
    diskUse: async () => ({ ...(await diskUse.read()), expiryProblem: expiry.problem() }),
  };
}
