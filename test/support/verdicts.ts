export type Verdict = 'passed' | 'failed' | 'skipped';

/** What became of a scenario, for people to read. */
export interface Line {
  readonly cells: readonly string[];
  readonly remarks: readonly string[];
}

/** As aligned text, for a terminal: a line for each scenario, with what there is to say about it below. */
export function formatLines(headings: readonly string[], lines: readonly Line[]): string {
  const all = [{ cells: headings, remarks: [] }, ...lines];
  const widths = headings.map((_, column) => Math.max(...all.map(({ cells }) => cells[column]!.length)));
  const pad = (cell: string, column: number): string => {
    const isText = column === 0 || column === headings.length - 1;
    return isText ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  };
  return all
    .flatMap(({ cells, remarks }) => [cells.map(pad).join('  ').trimEnd(), ...remarks.map(indent)])
    .map((line) => `${line}\n`)
    .join('');
}

/** The last line of a run. */
export function formatSum(results: readonly { readonly verdict: Verdict }[]): string {
  const count = (wanted: Verdict): number => results.filter(({ verdict }) => verdict === wanted).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`;
}

export function shown(figure: number): string {
  return Math.round(figure).toLocaleString('en-GB');
}

function indent(remark: string): string {
  return `    ${remark}`;
}
