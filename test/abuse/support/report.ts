import { type Line, formatLines, shown, type Verdict } from '../../support/verdicts.ts';
import type { Findings } from './guard.ts';
import type { Outcome, Scenario } from './scenario.ts';

/** What became of a scenario. */
export interface Result {
  readonly scenario: string;
  readonly verdict: Verdict;
  /** Why it failed. */
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** `undefined` where it ended before there was anything to attack; so are the figures below. */
  readonly attacks: number | undefined;
  readonly seconds: number;
  /** Of the station that behaves well. */
  readonly acknowledged: number | undefined;
  readonly longestWaitMs: number | undefined;
  readonly peakBytes: number | undefined;
}

export function resultOf({ name }: Scenario, outcome: Outcome, findings: Findings, seconds: number): Result {
  const { attacks, failures, notes } = outcome;
  const { acknowledged, longestWaitMs, peakBytes } = findings;
  return {
    scenario: name,
    verdict: failures.length === 0 ? 'passed' : 'failed',
    reasons: failures,
    notes,
    attacks,
    seconds,
    acknowledged,
    longestWaitMs,
    peakBytes,
  };
}

export function resultOfError({ name }: Scenario, error: unknown, seconds: number): Result {
  return {
    scenario: name,
    verdict: 'failed',
    reasons: [error instanceof Error ? error.message : String(error)],
    notes: [],
    attacks: undefined,
    seconds,
    acknowledged: undefined,
    longestWaitMs: undefined,
    peakBytes: undefined,
  };
}

const HEADINGS = ['scenario', 'attacks', 'seconds', 'acknowledged', 'longest wait ms', 'peak RSS MB', ''];

export function formatTable(results: readonly Result[]): string {
  return formatLines(HEADINGS, results.map(lineOf));
}

function lineOf({ scenario, verdict, reasons, notes, seconds, ...figures }: Result): Line {
  const { attacks, acknowledged, longestWaitMs, peakBytes } = figures;
  const megabytes = peakBytes === undefined ? undefined : peakBytes / 1024 / 1024;
  const cells = [attacks, seconds, acknowledged, longestWaitMs, megabytes];
  return {
    cells: [scenario, ...cells.map((figure) => (figure === undefined ? '' : shown(figure))), verdict],
    remarks: [...reasons.map((reason) => `${verdict}: ${reason}`), ...notes],
  };
}
