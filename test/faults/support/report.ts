import { formatLines, shown, type Verdict } from '../../support/verdicts.ts';
import { SkippedError, type Outcome, type Scenario } from './scenario.ts';

/** What became of a scenario. */
export interface Result {
  readonly scenario: string;
  readonly verdict: Verdict;
  /** Why it failed or was skipped. */
  readonly reasons: readonly string[];
  /** What it found, unless it ended before. */
  readonly outcome: Outcome | undefined;
  readonly seconds: number;
}

export function resultOf({ name }: Scenario, outcome: Outcome, seconds: number): Result {
  const verdict = outcome.failures.length === 0 ? 'passed' : 'failed';
  return { scenario: name, verdict, reasons: outcome.failures, outcome, seconds };
}

export function resultOfError({ name }: Scenario, error: unknown, seconds: number): Result {
  const verdict = error instanceof SkippedError ? 'skipped' : 'failed';
  const reason = error instanceof Error ? error.message : String(error);
  return { scenario: name, verdict, reasons: [reason], outcome: undefined, seconds };
}

const HEADINGS = [
  'scenario',
  'rounds',
  'sent',
  'acknowledged',
  'stored',
  'missing',
  'surplus',
  'repeated',
  'stall ms',
  'seconds',
  '',
];

/** As aligned text, for a terminal. */
export function formatTable(results: readonly Result[]): string {
  return formatLines(
    HEADINGS,
    results.map((result) => ({ cells: cellsOf(result), remarks: remarksOn(result) })),
  );
}

function cellsOf({ scenario, outcome, verdict, seconds }: Result): readonly string[] {
  if (outcome === undefined) {
    return [scenario, ...Array.from({ length: 8 }, () => ''), shown(seconds), verdict];
  }
  const { rounds, comparison, longestStallMs } = outcome;
  const { sent, acknowledged, stored, missing, surplus, repeated } = comparison;
  const figures = [rounds, sent, acknowledged, stored, missing, surplus, repeated, longestStallMs, seconds];
  return [scenario, ...figures.map(shown), verdict];
}

function remarksOn({ reasons, outcome, verdict }: Result): readonly string[] {
  return [...reasons.map((reason) => `${verdict}: ${reason}`), ...(outcome?.notes ?? [])];
}
