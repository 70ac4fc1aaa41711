import type { Logger } from 'pino';
import { type BackupReport, createBackupWorker } from './backups/backup-worker.ts';
import type { Config } from './config.ts';
import type { Spool } from './ingest/spool/spool.ts';
import type { Preparation } from './prepare-database.ts';
import type { Releasers } from './releasers.ts';
import { writeBackupFile } from './storage/backup/backup-file.ts';
import { dumpDatabase } from './storage/backup/dump.ts';
import type { Manifest } from './storage/backup/format.ts';
import { withBackupLock } from './storage/maintenance-lock.ts';
import { type Connection, createPool, endPool, type PoolLimits } from './storage/pool.ts';

/** The lock's own; what is backed up comes over another connection. */
const LIMITS: PoolLimits = { maxConnections: 1, statementTimeoutMs: 30_000 };

export interface BackupNeeds {
  readonly config: Config;
  readonly version: string;
  readonly log: Logger;
  readonly connection: Connection;
  readonly preparation: Preparation;
  readonly spool: Pick<Spool, 'count' | 'isKnown'>;
}

export interface Backups {
  counters(): Readonly<Record<string, number>>;
  gauges(): Readonly<Record<string, number>>;
  /** `undefined`: there is no schedule. */
  report(): BackupReport | undefined;
}

/** Backs up by the schedule, if there is one, as soon as the database is ready. */
export function openBackups(needs: BackupNeeds, releasers: Releasers): Backups {
  const { config, version, log, connection, preparation } = needs;
  const { backupSchedule: schedule, backupDir: folder, backupKeep: keep } = config;
  if (schedule === undefined) {
    const counters = { backup_runs: 0, backup_failures: 0 };
    return { counters: () => counters, gauges: () => gaugesOf(undefined), report: () => undefined };
  }
  const spooled = (): number | undefined => (needs.spool.isKnown() ? needs.spool.count() : undefined);
  const countSpooled = (): Promise<number | undefined> => Promise.resolve(spooled());
  const pool = createPool(connection, LIMITS, log);
  releasers.push(() => endPool(pool));
  const worker = createBackupWorker({
    schedule,
    folder,
    keep,
    spooled,
    log,
    async write(file, signal) {
      let begun: Manifest | undefined;
      const onBegin = (manifest: Manifest): void => void (begun = manifest);
      const dumped = dumpDatabase({ connection, version, log, countSpooled, onBegin });
      await writeBackupFile(dumped, { file, mayReplace: false, signal });
      return begun?.spooled;
    },
    alone: (work) => withBackupLock(pool, work),
  });
  releasers.push(() => worker.close());
  void preparation.ready.then(() => worker.start());
  return {
    counters: () => worker.counters,
    gauges: () => gaugesOf(worker.report()),
    report: () => worker.report(),
  };
}

function gaugesOf(report: BackupReport | undefined): Readonly<Record<string, number>> {
  const { lastAt, bytes = 0, runMs = 0, isOverdue = false } = report ?? {};
  return {
    backup_overdue: isOverdue ? 1 : 0,
    backup_bytes: bytes,
    backup_run_ms: runMs,
    // Missing where there is none: no age would be right.
    ...(lastAt && { backup_age_seconds: Math.round((Date.now() - lastAt.getTime()) / 1000) }),
  };
}
