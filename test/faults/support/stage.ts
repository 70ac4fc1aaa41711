import type { Releasers } from '../../../src/releasers.ts';

/** How much is done: `short` is bounded in time, for CI; `full` is what the promise is held against. */
export type Form = 'short' | 'full';

/** What a scenario is given. */
export interface Stage {
  readonly form: Form;
  /** Rounds wanted by whoever runs it, instead of a scenario's own. */
  readonly wantedRounds: number | undefined;
  /** Released when the scenario has ended, however it ended. */
  readonly releasers: Releasers;
  readonly say: (progress: string) => void;
  /** How long nothing need have changed until what is missing is taken for lost, in milliseconds. */
  readonly patienceMs: number;
}

export interface Rounds {
  readonly short: number;
  readonly full: number;
}

/** No further round begins after that, in the short form. */
const SHORT_LIMIT_MS = 35_000;

/**
 * Does the rounds one after the other: as many as wanted, or as the form has; in the short form, as fit.
 * @returns how many were done, one at least
 */
export async function eachRound(
  { form, wantedRounds, say }: Stage,
  rounds: Rounds,
  once: (round: number) => Promise<void>,
): Promise<number> {
  const most = wantedRounds ?? rounds[form];
  const isBounded = wantedRounds === undefined && form === 'short';
  const startedAt = performance.now();
  for (let round = 1; ; round += 1) {
    await once(round);
    const isLate = isBounded && performance.now() - startedAt > SHORT_LIMIT_MS;
    if (round === most || isLate) return round;
    if (round % Math.max(1, Math.ceil(most / 10)) === 0) say(`round ${round} of ${most}`);
  }
}
