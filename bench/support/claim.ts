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
  /** The ratio that is aimed at; `undefined` for rows that only inform. */
  readonly goal: number | undefined;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** How long and how often to measure. */
export interface Effort {
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** A claim about speed, and how it is measured. */
export interface Claim {
  readonly name: string;
  measure(effort: Effort, say: (progress: string) => void): Promise<readonly Row[]>;
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
