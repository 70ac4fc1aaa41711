import { setTimeout as pause } from 'node:timers/promises';
import { lastHeld, type Seen } from '../support/outage.ts';
import { startOwnPostgres } from '../support/own-postgres.ts';
import type { Scenario } from '../support/scenario.ts';
import type { Service } from '../../support/service-process.ts';
import { eachRound } from '../support/stage.ts';
import { mountTmpfs, type Tmpfs } from '../support/tmpfs.ts';
import { startTrial, subjectIn, type Trial } from '../support/trial.ts';
import { pauseBetween, until } from '../../support/until.ts';

/** Room for an empty database, its log, and a little more. */
const DISK_MEBIBYTES = 256;
const FULL_MS = { short: 8_000, full: 60_000 };
const RESTART_PAUSE_MS = 1_000;
const UNDER_WAY_MS = 500;
const READY_LIMIT_MS = 30_000;

/** The owner only makes room again. */
export const diskFull: Scenario = {
  name: 'disk-full',
  about: 'the disk of DATA_DIR is full under load, and then has room again',
  async run(stage) {
    const disk = await mountTmpfs(stage, DISK_MEBIBYTES);
    const trial = await startTrial(stage, subjectIn(stage, disk.folder));
    const supervisor = supervise(trial.service);
    stage.releasers.push(supervisor.end);
    const load = trial.publish();
    const notes: string[] = [];
    const rounds = await eachRound(stage, { short: 2, full: 10 }, async () => {
      await trial.untilAcknowledging();
      await pauseBetween(500, 1_500);
      await disk.fill();
      const before = load.acknowledged();
      await pause(FULL_MS[stage.form]);
      notes.push(`${load.acknowledged() - before} acknowledged while it was full`);
      await disk.free();
      await trial.untilAcknowledging();
    });
    await supervisor.end();
    const deaths = trial.service.deaths();
    if (deaths > 0) notes.push(`the service ended by itself ${deaths} times and was started again`);
    return trial.finish({
      rounds,
      notes,
      mayRepeat: deaths > 0,
      deathsAllowed: deaths,
    });
  },
};

export const diskReadOnly: Scenario = {
  name: 'disk-read-only',
  about: 'DATA_DIR can not be written while the PostgreSQL of DATABASE_URL is stopped, and after it',
  async run(stage) {
    const disk = await mountTmpfs(stage, DISK_MEBIBYTES);
    const postgres = await startOwnPostgres(stage);
    const subject = subjectIn(stage, disk.folder);
    const env = { ...subject.env, DATABASE_URL: postgres.url };
    const trial = await startTrial(stage, { ...subject, env, connection: postgres.connection });
    const load = trial.publish();
    await trial.untilAcknowledging();
    await pauseBetween(500, 1_500);
    const seen: Seen = { notes: await makeReadOnly(trial, disk), failures: [] };
    await postgres.stop();
    // What was under way when it stopped.
    await pause(UNDER_WAY_MS);
    await lastHeld(load, FULL_MS[stage.form], seen);
    await postgres.start();
    // The disk is still read-only, but the database takes readings.
    await trial.untilAcknowledging();
    await disk.makeWritable();
    await until('all checks of /health/ready were well again', READY_LIMIT_MS, () => trial.service.isWell());
    return trial.finish({
      rounds: 1,
      ...seen,
      deathsAllowed: 1,
    });
  },
};

/** Files that are open for writing keep a disk writable; then the service is started on one that is read-only already. */
async function makeReadOnly({ service }: Trial, disk: Tmpfs): Promise<string[]> {
  if (await disk.makeReadOnly()) return [];
  await service.stop();
  if (!(await disk.makeReadOnly())) throw new Error('the disk could not be made read-only');
  await service.start();
  return ['the service was started on a disk that was read-only'];
}

interface Supervisor {
  /** Leaves the service as it is; resolves when no start is under way. */
  end(): Promise<void>;
}

/** Starts a service that has ended by itself again, as systemd and Docker do. */
function supervise(service: Service): Supervisor {
  const over = new AbortController();
  const keep = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await pause(RESTART_PAUSE_MS);
      if (!over.signal.aborted && !service.isRunning()) await service.start().catch(() => undefined);
    }
  };
  const keeping = keep();
  return {
    end() {
      over.abort();
      return keeping;
    },
  };
}
