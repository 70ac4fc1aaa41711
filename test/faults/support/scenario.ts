import type { Comparison } from './compare.ts';
import type { Stage } from './stage.ts';

/** One kind of fault, and what must hold in spite of it. */
export interface Scenario {
  readonly name: string;
  /** For people: what is done to the service. */
  readonly about: string;
  /** @throws SkippedError where this machine does not allow it; any other error is a failure */
  run(stage: Stage): Promise<Outcome>;
}

export interface Outcome {
  readonly rounds: number;
  readonly comparison: Comparison;
  /** The longest time without a PUBACK while stations were trying, in milliseconds. */
  readonly longestStallMs: number;
  /** What did not hold; none: passed. */
  readonly failures: readonly string[];
  /** What else was seen. */
  readonly notes: readonly string[];
}

/** This machine does not allow the scenario; the message says why. */
export class SkippedError extends Error {
  readonly code = 'skipped';

  constructor(why: string) {
    super(why);
    this.name = 'SkippedError';
  }
}
