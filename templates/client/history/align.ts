// Brings the lines of a chart onto one axis of time, as uPlot wants them.

import type { Points, PointWidth } from './points.ts';

export interface Line {
  readonly points: Points;
  readonly width: PointWidth;
  /** Whether the lowest and the highest are drawn, too. */
  readonly isBand: boolean;
  /** Whether each bucket is a bar, which stands for all of it. */
  readonly isBar: boolean;
}

/** `null`: nothing was measured, and the line has a gap; `undefined`: the line has no point here, and goes on. */
export type Column = (number | null | undefined)[];

/** Times, and then for each line its values, or with a band its values, lowest and highest. */
export type AlignedColumns = [number[], ...Column[]];

/** What is further apart than so many intervals has a gap between. */
const GAP_AFTER = 2.5;

/** @param to where the axis ends: the bucket that is not over yet has its point there at the latest */
export function alignLines(lines: readonly Line[], to: number): AlignedColumns {
  const parts = lines.map((line) => withGaps(line, to));
  const times = [...new Set(parts.flatMap(({ t }) => t))];
  const ordered = ascending(times);
  const places = new Map(ordered.map((time, index) => [time, index]));
  return [ordered, ...parts.flatMap(({ t, columns }) => columns.map((column) => spread(column, t)))];

  function spread(column: Column, t: readonly number[]): Column {
    const wide: Column = Array.from({ length: ordered.length });
    for (const [index, time] of t.entries()) wide[places.get(time)!] = column[index] ?? null;
    return wide;
  }
}

/**
 * How far apart in time points may be and still have a line between them, in seconds: of a series that has readings less often than
 * there are buckets, it is what mostly lies between two points that counts.
 */
export function longestStep({ points: { t }, width }: Pick<Line, 'points' | 'width'>): number {
  const steps = ascending(t.slice(1).map((time, index) => time - (t[index] ?? 0)));
  return GAP_AFTER * Math.max(width.seconds, steps[Math.floor(steps.length / 2)] ?? 0);
}

/** Each point in the middle of its bucket. */
function withGaps(
  line: Line,
  to: number,
): { readonly t: readonly number[]; readonly columns: readonly Column[] } {
  const { t, value, low, high } = line.points;
  const longest = longestStep(line);
  const middle = line.width.seconds / 2;
  const times: number[] = [];
  const columns: Column[] = line.isBand ? [[], [], []] : [[]];
  const sources = [value, low, high];
  for (const [index, time] of t.entries()) {
    const before = t[index - 1];
    if (!line.isBar && before !== undefined && time - before > longest) {
      times.push((before + time) / 2 + middle);
      for (const column of columns) column.push(null);
    }
    times.push(line.isBar ? time + middle : Math.max(time, Math.min(time + middle, to)));
    for (const [which, column] of columns.entries()) column.push(sources[which]?.[index]);
  }
  return { t: times, columns };
}

function ascending(numbers: readonly number[]): number[] {
  // oxlint-disable-next-line unicorn/no-array-sort -- browsers of 2021 have no toSorted
  return Array.from(Float64Array.from(numbers).sort());
}
