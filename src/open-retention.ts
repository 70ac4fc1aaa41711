import type { Config } from './config.ts';
import type { Database } from './open-database.ts';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { createRollupWorker } from './retention/rollup-worker.ts';
import { createPool, endPool, type PoolLimits } from './storage/pool.ts';
import type { RollupStatus } from './web/parts.ts';
import type { Logger } from 'pino';

// One statement is made to take a quarter of a second; a slow disk may need longer for the least that can be asked for.
const LIMITS: PoolLimits = { maxConnections: 1, statementTimeoutMs: 5 * 60_000 };

export interface RetentionNeeds {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Pick<Database, 'connection'>;
  readonly preparation: Preparation;
}

export interface Retention {
  counters(): Readonly<Record<string, number>>;
  gauges(): Readonly<Record<string, number>>;
  rollups(): RollupStatus;
}

/** Looks after what is stored as soon as the database is ready, over a connection of its own. */
export function openRetention(
  { config, log, database, preparation }: RetentionNeeds,
  releasers: Releasers,
): Retention {
  const pool = createPool(database.connection, LIMITS, log);
  releasers.push(() => endPool(pool));
  const worker = createRollupWorker({ pool, timeZone: config.timeZone, log });
  releasers.push(() => worker.close());
  void preparation.ready.then(() => worker.start());
  return {
    counters: () => ({ ...worker.counters }),
    gauges: () => {
      const { marks = 0, hoursBehind = 0, runMs = 0 } = worker.report() ?? {};
      return { rollup_marks: marks, rollup_hours_behind: hoursBehind, rollup_run_ms: Math.round(runMs) };
    },
    rollups: () => ({ ...worker.report(), problem: worker.problem() }),
  };
}
