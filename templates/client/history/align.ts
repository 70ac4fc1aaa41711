// Brings the lines of a chart onto one axis of time, as uPlot wants them.

import { gapsBefore } from '../../../src/web/pages/history/gap-limit.ts';
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

/** Each point in the middle of its bucket. */
function withGaps(
  line: Line,
  to: number,
): { readonly t: readonly number[]; readonly columns: readonly Column[] } {
  const { t, value, low, high } = line.points;
  const gaps = gapsBefore(t, line.width.seconds);
  const middle = line.width.seconds / 2;
  const times: number[] = [];
  const columns: Column[] = line.isBand ? [[], [], []] : [[]];
  const sources = [value, low, high];
  for (const [index, time] of t.entries()) {
    const before = t[index - 1];
    if (!line.isBar && before !== undefined && gaps[index]) {
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
