import { resolve } from 'node:path';
import { createSchedule, type Schedule } from '../backups/schedule.ts';
import { integer, Mistake, type Setting } from './setting.ts';

/** What the service backs up by itself. */
export interface BackupSettings {
  /** In TIME_ZONE; `undefined`: never. */
  readonly backupSchedule: Schedule | undefined;
  /** Absolute path. */
  readonly backupDir: string;
  /** How many are kept. */
  readonly backupKeep: number;
}

export const BACKUP_SETTINGS: { readonly [Key in keyof BackupSettings]: Setting<BackupSettings[Key]> } = {
  backupSchedule: {
    env: 'BACKUP_SCHEDULE',
    isCommon: true,
    default: '',
    allowed: '`@daily`, `@weekly`, or five fields of cron: minute, hour, day, month, day of the week',
    description:
      'When the service backs up its database by itself, by the clock of `TIME_ZONE`: `30 3 * * *` is at half past three each night. Unset: never. `docs/backup.md` tells all about it.',
    read: (text, env) => (text === undefined ? undefined : schedule(text, env['TIME_ZONE'])),
  },
  backupDir: {
    env: 'BACKUP_DIR',
    default: '',
    allowed: 'a folder; made if it is missing',
    description: 'Where these backups go, on another disk if there is one. Unset: `DATA_DIR/backups`.',
    read: (text, env) =>
      text === undefined ? resolve(env['DATA_DIR'] || './data', 'backups') : resolve(text),
  },
  backupKeep: {
    env: 'BACKUP_KEEP',
    default: '7',
    allowed: '1 or more',
    description: 'How many of these backups are kept. Other files are left alone.',
    read: (text) => integer(text ?? '7', 1),
  },
};

function schedule(text: string, timeZone: string | undefined): Schedule {
  try {
    return createSchedule(text, timeZone || Intl.DateTimeFormat().resolvedOptions().timeZone);
  } catch {
    throw new Mistake('not @daily, @weekly or five fields of cron that come true, such as 30 3 * * *');
  }
}
