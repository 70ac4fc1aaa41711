import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSchedule } from '../../src/backups/schedule.ts';
import { checkBackup } from '../../src/storage/backup/check.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { useService } from '../support/service.ts';

const backupSchedule = createSchedule('@yearly', 'UTC');

test('a service with a schedule makes a backup by itself, and tells of it', async () => {
  const backupDir = join(await useFolder(), 'backups');
  const { service, url } = await useService({ backupSchedule, backupDir, backupKeep: 2 });
  await poll(() => service.counters()['backup_runs'] === 1);
  await poll(() => service.gauges()['backup_overdue'] === 0);
  const [name] = await readdir(backupDir);
  const { manifest } = await checkBackup(join(backupDir, name!));
  expect(manifest.thermograph).toBe('0.0.0');
  expect(service.gauges()).toMatchObject({ backup_age_seconds: expect.any(Number) });
  const page = await (await fetch(`${url}/status?lang=en`)).text();
  expect(page).toMatch(/<dt>Backup<\/dt><dd>[^<]+<span class="quiet">the last one: /);
});

test('a schedule whose folder can not be used is told of, on the page, too', async () => {
  const file = join(await useFolder(), 'file');
  await writeFile(file, '');
  const { service, url, logged } = await useService({ backupSchedule, backupDir: file });
  await poll(() => service.counters()['backup_failures'] === 1);
  expect(logged.find(({ msg }) => msg === 'the backup failed')).toMatchObject({ level: 50 });
  expect(service.gauges()).toMatchObject({ backup_overdue: 1 });
  expect(await (await fetch(`${url}/status?lang=en`)).text()).toMatch(
    /<dt>Backup<\/dt><dd><strong class="bad">failed/,
  );
});
