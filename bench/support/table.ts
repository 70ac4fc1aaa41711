import type { Row, Spread } from './claim.ts';

/** The rows as aligned text, for a terminal. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['claim', 'figure (min–max)', 'reference', 'its figure (min–max)', 'ratio', 'goal', ''],
    ...rows.map((row) => [
      row.claim,
      `${shown(row.figure)} ${row.unit}`,
      row.reference,
      shown(row.referenceFigure),
      row.ratio.toFixed(2),
      row.goal === undefined ? '' : `≥ ${row.goal}`,
      row.goal === undefined ? '' : row.ratio >= row.goal ? 'met' : 'not met',
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function shown({ min, median, max }: Spread): string {
  return `${thousands(median)} (${thousands(min)}–${thousands(max)})`;
}

function thousands(figure: number): string {
  return Math.round(figure).toLocaleString('en-GB');
}
