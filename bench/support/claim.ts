import type { Thermograph } from './thermograph.ts';

/** One line of the table: a figure beside a reference that was measured in the same run. */
export interface Row {
  readonly claim: string;
  /** Median of the rounds, with the least and the most. */
  readonly figure: Spread;
  readonly unit: string;
  readonly reference: string;
  readonly referenceFigure: Spread;
  /** Median of the rounds' own ratios: the machine's noise falls on both sides of a round alike. */
  readonly ratio: number;
  /** What the ratio is to be; `undefined` for rows that only inform. */
  readonly goal: Goal | undefined;
}

export type Goal = { readonly atLeast: number } | { readonly atMost: number };

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** How long and how often to measure. */
export interface Effort {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Of the history that is asked for, which has a reading a minute. */
  readonly series: number;
  readonly years: number;
}

/** What the claims of one run share. */
export interface Bench {
  readonly effort: Effort;
  readonly say: (progress: string) => void;
  /** The service, started when it is first asked for. Its table is empty but for what the claim itself puts in. */
  readonly thermograph: () => Promise<Thermograph>;
}

/** A claim about speed, and how it is measured. */
export interface Claim {
  readonly name: string;
  measure(bench: Bench): Promise<readonly Row[]>;
}

export function spread(figures: readonly number[]): Spread {
  const sorted = figures.toSorted((a, b) => a - b);
  return { min: sorted[0] ?? Number.NaN, median: median(sorted), max: sorted.at(-1) ?? Number.NaN };
}

/** The middle one, or the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** @param figures and `references`: one of each a round */
export function compare(
  row: Pick<Row, 'claim' | 'unit' | 'reference' | 'goal'>,
  figures: readonly number[],
  references: readonly number[],
): Row {
  const ratios = figures.map((figure, round) => figure / (references[round] ?? Number.NaN));
  return { ...row, figure: spread(figures), referenceFigure: spread(references), ratio: median(ratios) };
}

/** A figure that must keep within a bound. */
export function bounded(row: Pick<Row, 'claim' | 'unit'>, figures: readonly number[], bound: number): Row {
  const bounds = figures.map(() => bound);
  return compare({ ...row, reference: 'the bound', goal: { atMost: 1 } }, figures, bounds);
}

export function isMet({ ratio, goal }: Row): boolean | undefined {
  if (goal === undefined) return undefined;
  return 'atLeast' in goal ? ratio >= goal.atLeast : ratio <= goal.atMost;
}

/** Measures each round one after the other, and returns the rounds' figures. */
export async function eachRound<T>(
  { rounds }: Effort,
  measure: (round: number) => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  for (let round = 1; round <= rounds; round += 1) results.push(await measure(round));
  return results;
}
