import { knock } from '../support/knock.ts';
import { lastHeld, lastSpooling, type Seen, untilHeld } from '../support/outage.ts';
import { startOnOwnPostgres } from '../support/own-trial.ts';
import type { Scenario } from '../support/scenario.ts';
import { eachRound } from '../support/stage.ts';
import type { Trial } from '../support/trial.ts';
import { pauseBetween } from '../../support/until.ts';

const AWAY_MS = { short: 10_000, full: 60_000 };
const SMALL_SPOOL_BYTES = 1024 * 1024;
const SERVER_UNAVAILABLE = 3;

export const postgresStopped: Scenario = {
  name: 'postgres-stopped',
  about: 'PostgreSQL is stopped under load, and started again later',
  async run(stage) {
    const { trial, postgres } = await startOnOwnPostgres(stage);
    const load = trial.publish();
    const seen: Seen = { notes: [], failures: [] };
    const rounds = await eachRound(stage, { short: 1, full: 3 }, async () => {
      await someLoad(trial);
      await postgres.stop();
      await lastSpooling(load, AWAY_MS[stage.form], seen);
      await postgres.start();
    });
    return trial.finish({ rounds, ...seen });
  },
};

export const postgresSilent: Scenario = {
  name: 'postgres-silent',
  about: 'PostgreSQL takes connections and never answers; then it does, or the connections break',
  async run(stage) {
    const { trial, postgres } = await startOnOwnPostgres(stage);
    const load = trial.publish();
    const seen: Seen = { notes: [], failures: [] };
    const rounds = await eachRound(stage, { short: 2, full: 6 }, async (round) => {
      await someLoad(trial);
      postgres.proxy.stall();
      await lastSpooling(load, AWAY_MS[stage.form], seen);
      if (round % 2 === 0) postgres.proxy.cutAll();
      postgres.proxy.resume();
    });
    return trial.finish({ rounds, ...seen });
  },
};

export const commitCut: Scenario = {
  name: 'commit-cut',
  about: 'the connection breaks between a statement and its answer: it may have been committed',
  async run(stage) {
    const { trial, postgres } = await startOnOwnPostgres(stage);
    trial.publish();
    const rounds = await eachRound(stage, { short: 40, full: 500 }, async (round) => {
      await trial.untilAcknowledging();
      // Every other time it is a statement of normal work; else a repetition, or one that empties the spool.
      if (round % 2 === 1) await trial.untilSpoolEmpty();
      await postgres.proxy.cutBeforeAnswer();
    });
    return trial.finish({ rounds });
  },
};

export const spoolFull: Scenario = {
  name: 'spool-full',
  about: 'PostgreSQL is stopped for longer than a spool of 1 MiB lasts: no PUBACK, until it is back',
  async run(stage) {
    const { trial, postgres } = await startOnOwnPostgres(stage, {
      SPOOL_MAX_BYTES: String(SMALL_SPOOL_BYTES),
    });
    const load = trial.publish({ rate: 5_000 });
    const seen: Seen = { notes: [], failures: [] };
    const rounds = await eachRound(stage, { short: 1, full: 3 }, async () => {
      await someLoad(trial);
      await postgres.stop();
      const before = load.acknowledged();
      await untilHeld(load);
      seen.notes.push(`${load.acknowledged() - before} acknowledged until it was full`);
      // Of two new clients one may be let in, to see whether it is over.
      const codes = [await knock(trial.service.port()!, 'one'), await knock(trial.service.port()!, 'two')];
      if (!codes.includes(SERVER_UNAVAILABLE)) seen.failures.push('new clients were let in');
      await lastHeld(load, AWAY_MS[stage.form], seen);
      await postgres.start();
    });
    return trial.finish({ rounds, ...seen });
  },
};

export const killSpooling: Scenario = {
  name: 'kill-spooling',
  about: 'kill -9 of the service while PostgreSQL is away and readings are in the spool, and a new start',
  async run(stage) {
    const { trial, postgres } = await startOnOwnPostgres(stage);
    trial.publish();
    const rounds = await eachRound(stage, { short: 6, full: 50 }, async (round) => {
      // It also dies while it empties its spool, every third time.
      if (round % 3 === 1) await postgres.stop();
      await someLoad(trial);
      if (round % 3 === 0) await postgres.start();
      await trial.service.kill();
      await trial.service.start();
    });
    await postgres.start();
    return trial.finish({ rounds, mayRepeat: true });
  },
};

async function someLoad(trial: Trial): Promise<void> {
  await trial.untilAcknowledging();
  await pauseBetween(500, 1_500);
}
