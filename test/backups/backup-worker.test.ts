import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type BackupWorker, createBackupWorker } from '../../src/backups/backup-worker.ts';
import { createSchedule } from '../../src/backups/schedule.ts';
import { keptName } from '../../src/storage/backup/kept-files.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-20T12:00:00Z');

interface Clockwork {
  readonly worker: BackupWorker;
  readonly logged: { level: number; msg: string; reason?: string; hint?: string }[];
  readonly clock: { now: number; failure?: Error; isAnothers?: boolean; spooled: number | undefined };
  /** How many backups are over. */
  backedUp(): number;
  /** Resolves when the spool has been asked for with what is set now. */
  spoolIsSeen(): Promise<unknown>;
  names(): Promise<readonly string[]>;
}

/** A worker at 3:30 each night in Berlin, whose clock a test sets, and whose backups are empty. */
function useWorker(folder: string, keep = 3): Clockwork {
  const clock: Clockwork['clock'] = { now: START, spooled: 0 };
  let looks = 0;
  const logged: Clockwork['logged'] = [];
  const worker = createBackupWorker({
    schedule: createSchedule('30 3 * * *', 'Europe/Berlin'),
    folder,
    keep,
    async write(file) {
      if (clock.failure) throw clock.failure;
      await writeFile(file, 'all');
      return clock.spooled;
    },
    async alone(work) {
      if (clock.isAnothers) return false;
      await work();
      return true;
    },
    spooled() {
      looks += 1;
      return clock.spooled;
    },
    log: pino({}, { write: (line) => void logged.push(JSON.parse(line)) }),
    now: () => clock.now,
    everyMs: 5,
  });
  onTestFinished(() => worker.close());
  return {
    worker,
    logged,
    clock,
    backedUp: () => logged.filter(({ msg }) => msg === 'backed up').length,
    spoolIsSeen() {
      const before = looks;
      return poll(() => looks > before + 1);
    },
    names: async () => (await readdir(folder)).toSorted(),
  };
}

test('one is made at once, then one at each time of the schedule, and the newest are kept', async () => {
  const folder = join(await useFolder(), 'backups');
  const { worker, clock, names } = useWorker(folder);
  worker.start();
  await poll(() => worker.counters.backup_runs === 1);
  for (const days of [1, 2, 3, 4]) {
    await writeFile(join(folder, 'mine.tar.gz'), '');
    clock.now = Date.parse('2026-11-20T02:29:59Z') + days * DAY;
    await poll(() => !worker.report().isOverdue);
    expect(worker.counters.backup_runs).toBe(days);
    clock.now += 2_000;
    await poll(() => worker.counters.backup_runs === days + 1);
  }
  await poll(async () => (await names()).length === 4);
  expect(await names()).toEqual([
    'mine.tar.gz',
    'thermograph-20261122T023001Z.tar.gz',
    'thermograph-20261123T023001Z.tar.gz',
    'thermograph-20261124T023001Z.tar.gz',
  ]);
  await poll(() => worker.report().lastAt?.toISOString() === '2026-11-24T02:30:01.000Z');
  expect(worker.report()).toMatchObject({ bytes: 3, problem: undefined, isOverdue: false });
});

test('one that was missed is made once at the start, one that is new enough is not, and dead drafts go', async () => {
  const folder = await useFolder();
  const recent = keptName(new Date('2026-11-20T02:30:00Z'));
  await writeFile(join(folder, recent), 'all');
  const draft = join(folder, `${keptName(new Date('2026-11-19T02:30:00Z'))}.0123abcd.part`);
  await writeFile(draft, 'half');
  await utimes(draft, new Date(START - 2 * HOUR), new Date(START - 2 * HOUR));
  const first = useWorker(folder);
  first.worker.start();
  await poll(() => first.worker.report().lastAt !== undefined);
  expect(first.worker.counters.backup_runs).toBe(0);
  await first.worker.close();
  const second = useWorker(folder);
  second.clock.now += 5 * DAY;
  second.worker.start();
  await poll(() => second.worker.counters.backup_runs === 1);
  await poll(async () => !(await second.names()).some((name) => name.endsWith('.part')));
  expect(await second.names()).toEqual([recent, 'thermograph-20261125T120000Z.tar.gz']);
});

test('one that fails is told once, with what to do, and tried again an hour later', async () => {
  const { worker, clock, logged } = useWorker(await useFolder());
  clock.failure = new Error('the disk is full');
  worker.start();
  await poll(() => worker.counters.backup_failures === 1);
  await poll(() => logged.length === 1);
  expect(logged).toMatchObject([{ level: 50, reason: 'the disk is full', hint: expect.any(String) }]);
  expect(worker.report()).toMatchObject({ problem: 'the disk is full', isOverdue: true, lastAt: undefined });
  clock.now += HOUR - 1;
  delete clock.failure;
  await pause(25);
  expect(worker.counters.backup_runs).toBe(0);
  clock.now += 1;
  await poll(() => worker.counters.backup_runs === 1);
  await poll(() => worker.report().problem === undefined);
  expect(worker.counters.backup_failures).toBe(1);
});

test('one that has been moved away is not made again for the same time, nor missed', async () => {
  const folder = await useFolder();
  const { worker, clock, names, backedUp } = useWorker(folder);
  expect(worker.report().isOverdue, 'nobody has looked yet').toBe(false);
  worker.start();
  await poll(() => backedUp() === 1);
  const [file] = await names();
  await rm(join(folder, file!));
  await poll(() => worker.report().lastAt === undefined);
  expect(worker.report().isOverdue).toBe(false);
  clock.now += DAY;
  await poll(() => backedUp() === 2);
});

test('a folder that can not be used is told by its setting, and used as soon as it can be', async () => {
  const folder = join(await useFolder(), 'backups');
  await writeFile(folder, 'a file in its way');
  const { worker, logged, backedUp } = useWorker(folder);
  worker.start();
  await poll(() => worker.counters.backup_failures === 1);
  await poll(() => logged.length === 1);
  expect(logged).toMatchObject([{ level: 50, hint: expect.stringContaining('BACKUP_DIR') }]);
  await rm(folder);
  await poll(() => backedUp() === 1);
});

test('a spool that is not empty is waited for, for an hour at the most, and then it is said', async () => {
  const { worker, clock, logged, backedUp, spoolIsSeen } = useWorker(await useFolder());
  const warnings = (): object[] => logged.filter(({ level }) => level === 40);
  clock.spooled = 7;
  worker.start();
  await spoolIsSeen();
  expect(worker.report().isOverdue).toBe(true);
  clock.now += HOUR - 1;
  await spoolIsSeen();
  expect(backedUp()).toBe(0);
  clock.spooled = 0;
  await poll(() => backedUp() === 1);
  expect(warnings()).toEqual([]);
  clock.spooled = 3;
  clock.now += DAY;
  await spoolIsSeen();
  expect(backedUp()).toBe(1);
  clock.now += HOUR;
  await poll(() => backedUp() === 2);
  await poll(() => warnings().length > 0);
  expect(warnings()).toMatchObject([{ spooled: 3 }]);
  clock.now += DAY;
  await spoolIsSeen();
  expect(backedUp()).toBe(2);
});

test('each time of the schedule has an hour of its own, also where another service has made the backup before', async () => {
  const folder = await useFolder();
  const { worker, clock, backedUp, spoolIsSeen } = useWorker(folder);
  clock.spooled = 3;
  worker.start();
  await spoolIsSeen();
  await writeFile(join(folder, keptName(new Date(clock.now))), 'of another');
  await poll(() => !worker.report().isOverdue);
  clock.now += DAY;
  await spoolIsSeen();
  expect(backedUp()).toBe(0);
});

test('a spool that nobody can look into is not waited for, and said', async () => {
  const { worker, clock, logged } = useWorker(await useFolder());
  clock.spooled = undefined;
  worker.start();
  await poll(() => logged.some(({ level, msg }) => level === 40 && msg.startsWith('the spool could not')));
});

test('while another node is at it nothing is made, and nothing afterwards if it has made one for this time', async () => {
  const folder = await useFolder();
  const { worker, clock, names } = useWorker(folder);
  clock.isAnothers = true;
  worker.start();
  await mkdir(folder, { recursive: true });
  const others = keptName(new Date(START));
  await writeFile(join(folder, others), 'all');
  await poll(() => !worker.report().isOverdue);
  clock.isAnothers = false;
  await worker.close();
  expect(await names()).toEqual([others]);
  expect(worker.counters).toEqual({ backup_runs: 0, backup_failures: 0 });
});

test('what was dated by a clock that was ahead, or is no file, stands for no backup, and is left alone', async () => {
  const folder = await useFolder();
  const ahead = ['29991231', '29991230', '20269999'].map((day) => `thermograph-${day}T023000Z.tar.gz`);
  for (const name of ahead) await writeFile(join(folder, name), 'all');
  const others = 'thermograph-20261101T023000Z.tar.gz';
  await mkdir(join(folder, others));
  const { worker, clock, names } = useWorker(folder, 1);
  worker.start();
  await poll(() => worker.counters.backup_runs === 1);
  clock.now += DAY;
  await poll(() => worker.counters.backup_runs === 2);
  await poll(() => worker.report().lastAt?.getTime() === clock.now);
  expect(await names()).toEqual([others, keptName(new Date(clock.now)), ...ahead].toSorted());
  expect(worker.counters.backup_failures).toBe(0);
});
