import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  keepNewest,
  type KeptFile,
  keptName,
  listKept,
  removeDeadDrafts,
} from '../storage/backup/kept-files.ts';
import { hintOf, reasonOf } from '../storage/failure.ts';
import { makeFolder } from '../storage/make-folder.ts';
import type { Schedule } from './schedule.ts';

export interface BackupWorkerOptions {
  readonly schedule: Schedule;
  readonly folder: string;
  readonly keep: number;
  /**
   * Writes a backup; the file appears when it is complete.
   * @returns how many messages waited in the spool at its moment, which are not in it; `undefined` where nobody could say
   * @throws why it could not
   */
  readonly write: (file: string, signal: AbortSignal) => Promise<number | undefined>;
  /** Does something that only one node may do at a time. @returns false when another is at it */
  readonly alone: (work: () => Promise<void>) => Promise<boolean>;
  /** Messages that were acknowledged and are only in the spool; `undefined` while nobody knows. */
  readonly spooled: () => number | undefined;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly now?: () => number;
  readonly everyMs?: number;
}

/** How it gets on. */
export interface BackupReport {
  /** The newest that there is; `undefined`: none. */
  readonly lastAt: Date | undefined;
  readonly bytes: number;
  /** How long the last one of this process took. */
  readonly runMs: number;
  /** Why the last attempt has failed. */
  readonly problem: string | undefined;
  /** Whether one is due, and not under way. */
  readonly isOverdue: boolean;
}

export interface BackupWorker {
  readonly counters: { backup_runs: number; backup_failures: number };
  report(): BackupReport;
  start(): void;
  /** Ends a backup that is under way. */
  close(): Promise<void>;
}

/** How often it looks whether one is due: a machine may have slept, and clocks are set. */
const EVERY_MS = 15_000;
/** After the database was away, what is in the spool is stored within minutes; a backup without it would miss what was acknowledged. */
const SPOOL_PATIENCE_MS = 3_600_000;
const RETRY_AFTER_MS = 3_600_000;

/**
 *     pause --> is one due? --> is the spool empty? --> alone --> still due? --> write --> keep the newest
 *       ^----------+-----------------+-------------------+----------+------------'
 *
 * One is due when the schedule has had a time since the newest backup; so one that was missed while the service was off is made up for, once, and
 * several nodes that share a folder make one in all. What has failed is tried again an hour later, or at the next start. A spool that
 * is not empty is waited for, but not for ever: then the backup says what is not in it.
 */
export function createBackupWorker(options: BackupWorkerOptions): BackupWorker {
  const { schedule, folder, keep, log, now = Date.now, everyMs = EVERY_MS } = options;
  const closing = new AbortController();
  const counters = { backup_runs: 0, backup_failures: 0 };
  let running: Promise<void> | undefined;
  let newest: KeptFile | undefined;
  let bytes = 0;
  let runMs = 0;
  let problem: string | undefined;
  let isWriting = false;
  let hasLooked = false;
  /** The time of the schedule that a backup was made for; whoever moves it away since has it still. */
  let madeFor: number | undefined;
  let failedAt = -Infinity;
  let spooledSince: number | undefined;

  async function look(): Promise<void> {
    await makeFolder(folder);
    const [found] = await listKept(folder, now());
    // In one step: a backup that has appeared, also another node's, ends what was waited for.
    if (found?.file !== newest?.file) spooledSince = undefined;
    newest = found;
    if (newest !== undefined) bytes = (await stat(newest.file)).size;
  }

  function due(): number | undefined {
    const time = schedule.before(new Date(now()))?.getTime();
    const isMade = time === madeFor || (newest !== undefined && newest.at.getTime() >= (time ?? 0));
    return isMade ? undefined : time;
  }

  function isSpoolWaitedFor(): boolean {
    if (!options.spooled()) {
      spooledSince = undefined;
      return false;
    }
    spooledSince ??= now();
    return Math.abs(now() - spooledSince) < SPOOL_PATIENCE_MS;
  }

  async function backUp(): Promise<void> {
    // Another node may have been quicker.
    await look();
    if (due() === undefined) return;
    const startedAt = performance.now();
    // Before, for they may be what the disk is full of; one that can't be removed is no reason to make none.
    await removeDeadDrafts(folder, now()).catch((error: unknown) =>
      log.warn(
        { reason: reasonOf(error), folder },
        'what is left of a backup that was cut off could not be removed',
      ),
    );
    const file = path.join(folder, keptName(new Date(now())));
    const spooled = await options.write(file, closing.signal);
    runMs = Math.round(performance.now() - startedAt);
    counters.backup_runs += 1;
    await keepNewest(folder, keep, now());
    await look();
    log.info({ file, bytes, ms: runMs }, 'backed up');
    if (spooled === undefined) {
      log.warn({ file }, 'the spool could not be looked into: what waits in it is not in the backup');
    } else if (spooled > 0) {
      log.warn(
        { file, spooled },
        'messages waited in the spool, and may not be in the backup; the next one has them',
      );
    }
  }

  async function tick(): Promise<void> {
    let time: number | undefined;
    try {
      await look();
      time = due();
      if (time === undefined) {
        problem = spooledSince = undefined;
        return;
      }
      if (Math.abs(now() - failedAt) < RETRY_AFTER_MS || isSpoolWaitedFor()) return;
      isWriting = true;
      if (!(await options.alone(backUp))) return;
      problem = undefined;
      spooledSince = undefined;
      madeFor = time;
    } catch (error) {
      if (closing.signal.aborted) return;
      if (time !== undefined) failedAt = now();
      // A folder that can't be looked into is looked at again and again.
      if (time === undefined && problem === reasonOf(error)) return;
      problem = reasonOf(error);
      counters.backup_failures += 1;
      const hint =
        time === undefined
          ? 'BACKUP_DIR has to be a folder that the service can write to; it is tried again as soon as it is. Until then: backup FILE'
          : (hintOf(error) ?? 'It is tried again in an hour. Until then: backup FILE');
      log.error({ reason: problem, hint, folder }, 'the backup failed');
    } finally {
      isWriting = false;
      hasLooked = true;
    }
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      await tick();
      await pause(everyMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }

  return {
    counters,
    report: () => ({
      lastAt: newest?.at,
      bytes,
      runMs,
      problem,
      isOverdue: hasLooked && !isWriting && due() !== undefined,
    }),
    start: () => void (running ??= closing.signal.aborted ? Promise.resolve() : run()),
    async close() {
      closing.abort();
      await running;
    },
  };
}
