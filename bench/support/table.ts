import { isMet, type Row, type Spread } from './claim.ts';

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
      shownGoal(row),
      verdict(row),
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

function shownGoal({ goal }: Row): string {
  if (goal === undefined) return '';
  return 'atLeast' in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
}

function verdict(row: Row): string {
  const met = isMet(row);
  return met === undefined ? '' : met ? 'met' : 'not met';
}

function shown({ min, median, max }: Spread): string {
  return `${number(median)} (${number(min)}–${number(max)})`;
}

function number(figure: number): string {
  return figure.toLocaleString('en-GB', { maximumFractionDigits: figure < 100 ? 2 : 0 });
}
