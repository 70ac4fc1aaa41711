import { stat, statfs } from 'node:fs/promises';
import { type KeptFile, listKept } from '../../storage/backup/kept-files.ts';
import { reasonOf } from '../../storage/failure.ts';
import { bytesText } from '../../telemetry/bytes-text.ts';
import { type Finding, ok, type Patient, problem, warning } from './finding.ts';
import { nearestFolder, notWritable } from './folder.ts';

const CHECK = 'backups';
/** It waits for the spool for an hour at the most, is tried again an hour after it has failed, and takes its time. */
const PATIENCE_MS = 3 * 3_600_000;

/** Whether backups can be made where they are to go, and the last one was. */
export async function checkBackups(
  { config, service }: Patient,
  now = new Date(),
): Promise<readonly Finding[]> {
  const { backupSchedule, backupDir } = config;
  if (backupSchedule === undefined) {
    return [ok(CHECK, 'None is scheduled (BACKUP_SCHEDULE is not set).')];
  }
  const folder = await nearestFolder(backupDir);
  const trouble = await notWritable(folder);
  if (trouble !== undefined) return [unusable(backupDir, trouble)];
  try {
    const kept = folder === backupDir ? await listKept(folder, now.getTime()) : [];
    const { bavail, bsize } = await statfs(folder);
    const [newest] = kept;
    const bytes = newest === undefined ? 0 : (await stat(newest.file)).size;
    if (bavail * bsize <= bytes) {
      const took = newest === undefined ? '' : `, and the last backup took ${bytesText(bytes)}`;
      const says = `${bytesText(bavail * bsize)} are free for BACKUP_DIR ${backupDir}${took}.`;
      return [
        problem(CHECK, says, 'Free some room there, keep fewer (BACKUP_KEEP), or choose another BACKUP_DIR.'),
      ];
    }
    const missing = (time: Date): Date | undefined => {
      const due = backupSchedule.before(time);
      return due === undefined || (newest !== undefined && newest.at >= due) ? undefined : due;
    };
    const due = missing(now);
    if (due === undefined) return [ok(CHECK, told(newest))];
    // Of a schedule that comes every hour, the last time is never long ago.
    const long = new Date(now.getTime() - PATIENCE_MS);
    const dueLong = missing(long);
    const upAt = service?.leftAt;
    if (upAt !== undefined && upAt <= long && dueLong !== undefined) return [longOverdue(newest, dueLong)];
    return [overdue(newest, due, upAt !== undefined)];
  } catch (error) {
    return [unusable(backupDir, reasonOf(error))];
  }
}

function unusable(backupDir: string, trouble: string): Finding {
  const advice =
    'Choose a BACKUP_DIR that the user who runs the service can write to, and run this as that user.';
  return problem(CHECK, `BACKUP_DIR ${backupDir} can't be used: ${trouble}.`, advice);
}

function told(newest: KeptFile | undefined): string {
  return newest === undefined ? 'There is none yet.' : `The newest is of ${newest.at.toISOString()}.`;
}

function overdue(newest: KeptFile | undefined, due: Date, isUp: boolean): Finding {
  if (!isUp) return ok(CHECK, `${told(newest)} The next start makes one.`);
  const advice = 'It may be under way, or wait for the spool: /status and the log tell.';
  return warning(CHECK, notThere(newest, due), advice);
}

function longOverdue(newest: KeptFile | undefined, due: Date): Finding {
  const advice = 'The log tells why it failed. Until that is mended: backup FILE.';
  return problem(CHECK, notThere(newest, due), advice);
}

function notThere(newest: KeptFile | undefined, due: Date): string {
  return `${told(newest)} One was due at ${due.toISOString()}, and is not there.`;
}
