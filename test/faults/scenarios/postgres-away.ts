import { setTimeout as pause } from 'node:timers/promises';
import type { Load } from '../support/load.ts';
import { type OwnPostgres, startOwnPostgres } from '../support/own-postgres.ts';
import type { Scenario } from '../support/scenario.ts';
import { eachRound, type Stage } from '../support/stage.ts';
import { embeddedSubject, QUIET_AFTER_OUTAGE_MS, startTrial, type Trial } from '../support/trial.ts';
import { pauseBetween, until } from '../support/until.ts';

const AWAY_MS = { short: 10_000, full: 60_000 };
const SMALL_SPOOL_BYTES = 1024 * 1024;
/** No PUBACK for that long: it is held. */
const HELD_MS = 3_000;
const HELD_LIMIT_MS = 60_000;

export const postgresStopped: Scenario = {
  name: 'postgres-stopped',
  about: 'PostgreSQL is stopped under load, and started again later',
  async run(stage) {
    const { trial, postgres } = await startOnOwn(stage);
    const load = trial.publish();
    const notes: string[] = [];
    const rounds = await eachRound(stage, { short: 1, full: 3 }, async () => {
      await trial.untilAcknowledging();
      await pauseBetween(500, 1_500);
      await postgres.stop();
      notes.push(await acknowledgedDuring(load, AWAY_MS[stage.form]));
      await postgres.start();
      await trial.untilAcknowledging();
    });
    return trial.finish({ rounds, notes, quietMs: QUIET_AFTER_OUTAGE_MS });
  },
};

export const postgresSilent: Scenario = {
  name: 'postgres-silent',
  about: 'PostgreSQL takes connections and never answers; then it does, or the connections break',
  async run(stage) {
    const { trial, postgres } = await startOnOwn(stage);
    const load = trial.publish();
    const notes: string[] = [];
    const rounds = await eachRound(stage, { short: 2, full: 6 }, async (round) => {
      await trial.untilAcknowledging();
      await pauseBetween(500, 1_500);
      postgres.proxy.stall();
      notes.push(await acknowledgedDuring(load, AWAY_MS[stage.form]));
      if (round % 2 === 0) postgres.proxy.cutAll();
      postgres.proxy.resume();
      await trial.untilAcknowledging();
    });
    return trial.finish({ rounds, notes, quietMs: QUIET_AFTER_OUTAGE_MS });
  },
};

export const commitCut: Scenario = {
  name: 'commit-cut',
  about: 'the connection breaks between a statement and its answer: it may have been committed',
  async run(stage) {
    const { trial, postgres } = await startOnOwn(stage);
    trial.publish();
    const rounds = await eachRound(stage, { short: 40, full: 500 }, async () => {
      await trial.untilAcknowledging();
      await postgres.proxy.cutBeforeAnswer();
    });
    return trial.finish({ rounds, quietMs: QUIET_AFTER_OUTAGE_MS });
  },
};

export const spoolFull: Scenario = {
  name: 'spool-full',
  about: 'PostgreSQL is stopped for longer than a spool of 1 MiB lasts: no PUBACK, until it is back',
  async run(stage) {
    const { trial, postgres } = await startOnOwn(stage, { SPOOL_MAX_BYTES: String(SMALL_SPOOL_BYTES) });
    const load = trial.publish({ rate: 5_000 });
    const notes: string[] = [];
    const rounds = await eachRound(stage, { short: 1, full: 3 }, async () => {
      await trial.untilAcknowledging();
      await pauseBetween(500, 1_500);
      await postgres.stop();
      const before = load.acknowledged();
      await untilHeld(load);
      notes.push(`${load.acknowledged() - before} acknowledged until it was full`);
      notes.push(await acknowledgedDuring(load, AWAY_MS[stage.form] / 2));
      await postgres.start();
      await trial.untilAcknowledging();
    });
    return trial.finish({ rounds, notes, quietMs: QUIET_AFTER_OUTAGE_MS });
  },
};

async function startOnOwn(
  stage: Stage,
  env: Record<string, string> = {},
): Promise<{ trial: Trial; postgres: OwnPostgres }> {
  const postgres = await startOwnPostgres(stage);
  const subject = await embeddedSubject(stage);
  const trial = await startTrial(stage, {
    ...subject,
    env: { ...subject.env, ...env, DATABASE_URL: postgres.url },
    connection: postgres.connection,
  });
  return { trial, postgres };
}

async function acknowledgedDuring(load: Load, ms: number): Promise<string> {
  const before = load.acknowledged();
  await pause(ms);
  return `${load.acknowledged() - before} acknowledged in ${ms / 1_000} s without PostgreSQL`;
}

async function untilHeld(load: Load): Promise<void> {
  let last = load.acknowledged();
  let changedAt = performance.now();
  await until('PUBACKs were held', HELD_LIMIT_MS, () => {
    const now = performance.now();
    if (load.acknowledged() !== last) changedAt = now;
    last = load.acknowledged();
    return now - changedAt > HELD_MS;
  });
}
