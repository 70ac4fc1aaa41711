import { SkippedError, type Outcome, type Scenario } from './scenario.ts';

/** What became of a scenario. */
export interface Result {
  readonly scenario: string;
  readonly verdict: 'passed' | 'failed' | 'skipped';
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

/** As aligned text, for a terminal: a line for each scenario, with what there is to say about it below. */
export function formatTable(results: readonly Result[]): string {
  const lines = [HEADINGS, ...results.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line, index) => {
      const text = line.map((cell, column) => pad(cell, column, widths[column]!)).join('  ');
      const remarks = index === 0 ? [] : remarksOn(results[index - 1]!);
      return [text.trimEnd(), ...remarks.map((remark) => `    ${remark}`)].join('\n').concat('\n');
    })
    .join('');
}

/** The last line of a run. */
export function formatSum(results: readonly Result[]): string {
  const count = (verdict: Result['verdict']): number =>
    results.filter((result) => result.verdict === verdict).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`;
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

function pad(cell: string, column: number, width: number): string {
  const isText = column === 0 || column === HEADINGS.length - 1;
  return isText ? cell.padEnd(width) : cell.padStart(width);
}

function shown(figure: number): string {
  return Math.round(figure).toLocaleString('en-GB');
}
