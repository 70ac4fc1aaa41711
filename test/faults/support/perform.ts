import { createReleasers, type Releasers } from '../../../src/releasers.ts';
import { within } from '../../support/within.ts';
import { type Result, resultOf, resultOfError } from './report.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

export interface Conditions extends Omit<Stage, 'releasers'> {
  /** A scenario that takes longer has failed. */
  readonly limitMs: number;
  /** Is told what to release should the run be interrupted. */
  readonly onStage: (releasers: Releasers) => void;
}

/** Runs one scenario to its end and removes all that it has made. Never rejects. */
export async function perform(scenario: Scenario, conditions: Conditions): Promise<Result> {
  const { limitMs, onStage, ...rest } = conditions;
  const releasers = createReleasers();
  onStage(releasers);
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1_000;
  let result: Result;
  try {
    const outcome = await within(limitMs, scenario.run({ ...rest, releasers }));
    result = resultOf(scenario, outcome, seconds());
  } catch (error) {
    result = resultOfError(scenario, error, seconds());
  }
  try {
    await releasers.release();
  } catch (error) {
    rest.say(`cleaning up failed: ${String(error)}`);
    if (result.verdict === 'passed') result = resultOfError(scenario, error, seconds());
  }
  return result;
}
