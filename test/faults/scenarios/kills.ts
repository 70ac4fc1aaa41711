import { killBackend, killEmbedded } from '../../support/embedded-postgres.ts';
import type { Outcome, Scenario } from '../support/scenario.ts';
import { eachRound, type Stage } from '../support/stage.ts';
import { embeddedSubject, startTrial, type Subject } from '../support/trial.ts';
import { pauseBetween } from '../../support/until.ts';

const ROUNDS = { short: 8, full: 50 };

export const killService: Scenario = {
  name: 'kill-service',
  about: 'kill -9 of the service at random moments under load, and a new start',
  run: async (stage) => killServiceOf(stage, await embeddedSubject(stage)),
};

/** For any program that can be started like the service. */
export async function killServiceOf(stage: Stage, subject: Subject): Promise<Outcome> {
  const trial = await startTrial(stage, subject);
  trial.publish();
  const rounds = await eachRound(stage, ROUNDS, async () => {
    await trial.untilAcknowledging();
    await pauseBetween(0, 1_500);
    await trial.service.kill();
    await trial.service.start();
  });
  return trial.finish({ rounds, mayRepeat: true });
}

export const killPostgres: Scenario = {
  name: 'kill-postgres',
  about: 'kill -9 of the embedded PostgreSQL, or of one of its backends, at random moments under load',
  async run(stage) {
    const subject = await embeddedSubject(stage);
    const trial = await startTrial(stage, subject);
    trial.publish();
    const rounds = await eachRound(stage, ROUNDS, async (round) => {
      await trial.untilAcknowledging();
      await pauseBetween(0, 1_500);
      await (round % 2 === 1 ? killEmbedded : killBackend)(subject.dataDir);
    });
    return trial.finish({ rounds });
  },
};

export const killBoth: Scenario = {
  name: 'kill-both',
  about: 'kill -9 of the embedded PostgreSQL and of the service, at once or soon after each other',
  async run(stage) {
    const subject = await embeddedSubject(stage);
    const trial = await startTrial(stage, subject);
    trial.publish();
    const rounds = await eachRound(stage, ROUNDS, async (round) => {
      await trial.untilAcknowledging();
      await pauseBetween(0, 1_500);
      if (round % 2 === 1) await Promise.all([killEmbedded(subject.dataDir), trial.service.kill()]);
      else await killInTurn(trial.service.kill, subject.dataDir);
      await trial.service.start();
    });
    return trial.finish({ rounds, mayRepeat: true });
  },
};

/** The service dies while it does what it does when its database is gone. */
async function killInTurn(killProcess: () => Promise<void>, dataDir: string): Promise<void> {
  await killEmbedded(dataDir);
  await pauseBetween(0, 500);
  await killProcess();
  // By then it may have started another one.
  await killEmbedded(dataDir);
}
