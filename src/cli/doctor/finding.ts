import type { Config } from '../../config.ts';
import type { LeftAddresses } from '../../service-addresses.ts';
import { hintOf } from '../../storage/failure.ts';

/** `warning`: it works, and may not for long, or not as meant. */
export type Health = 'ok' | 'warning' | 'problem';

/** What was found of one thing. */
export interface Finding {
  /** What was looked at: one or two words. */
  readonly check: string;
  readonly state: Health;
  /** One sentence. */
  readonly says: string;
  /** What to do; of warnings and problems only. */
  readonly advice: string | null;
}

/** What the checks go by. */
export interface Patient {
  readonly config: Config;
  /** The service that runs with this DATA_DIR. */
  readonly service: LeftAddresses | undefined;
}

export function ok(check: string, says: string): Finding {
  return { check, state: 'ok', says, advice: null };
}

export function warning(check: string, says: string, advice: string): Finding {
  return { check, state: 'warning', says, advice };
}

export function problem(check: string, says: string, advice: string): Finding {
  return { check, state: 'problem', says, advice };
}

/** What an error says, which may bring its own advice. */
export function problemOf(check: string, error: unknown, advice: string): Finding {
  const says = error instanceof Error ? error.message : String(error);
  return problem(check, says, hintOf(error) ?? advice);
}

/** The worst of several things of one kind, or that all is well. */
export function allWell(check: string, findings: readonly Finding[], says: string): readonly Finding[] {
  return findings.length > 0 ? findings : [ok(check, says)];
}
