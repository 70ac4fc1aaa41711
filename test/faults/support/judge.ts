import type { Comparison } from './compare.ts';

/** How a trial ends, and what is allowed in it. */
export interface Ending {
  readonly rounds: number;
  /** Whether a reading without a time of its own may be stored twice: the service has forgotten its sessions. */
  readonly mayRepeat?: boolean;
  /** How often the service may have ended by itself; 0 unless given. */
  readonly deathsAllowed?: number;
  readonly failures?: readonly string[];
  readonly notes?: readonly string[];
}

/** What does not hold. */
export function judge(
  comparison: Comparison,
  deaths: number,
  { mayRepeat = false, deathsAllowed = 0 }: Ending,
): readonly string[] {
  const { acknowledged, missing, surplus, repeated, strayAcknowledgements, examples } = comparison;
  return [
    acknowledged === 0 && 'nothing was acknowledged',
    missing > 0 && `${missing} acknowledged messages are not stored, e.g. ${examples.join(', ')}`,
    surplus > 0 && `${surplus} rows too many`,
    repeated > 0 && !mayRepeat && `${repeated} readings without a time of their own are stored twice`,
    strayAcknowledgements > 0 && `${strayAcknowledgements} PUBACKs were out of order or of nothing sent`,
    deaths > deathsAllowed && `the service has ended by itself ${deaths} times`,
  ].filter((failure) => failure !== false);
}
