import type { Scenario } from '../support/scenario.ts';
import { eachRound } from '../support/stage.ts';
import { embeddedSubject, startTrial } from '../support/trial.ts';
import { pauseBetween } from '../../support/until.ts';

/** SIGTERM is no crash: nothing may be stored twice, and nothing lost. */
export const stop: Scenario = {
  name: 'stop',
  about: 'SIGTERM under load, exit code 0, and a new start',
  async run(stage) {
    const trial = await startTrial(stage, await embeddedSubject(stage));
    trial.publish();
    const codes: unknown[] = [];
    const rounds = await eachRound(stage, { short: 6, full: 20 }, async () => {
      await trial.untilAcknowledging();
      await pauseBetween(0, 1_000);
      codes.push(await trial.service.stop());
      await trial.service.start();
    });
    const wrong = codes.filter((code) => code !== 0);
    const failures = wrong.length > 0 ? [`SIGTERM ended it with ${wrong.join(', ')}`] : [];
    return trial.finish({ rounds, failures });
  },
};
