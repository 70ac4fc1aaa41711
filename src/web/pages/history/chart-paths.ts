import type { HistoryBucket } from '../../../storage/history/history-bucket.ts';
import type { BucketWidth } from '../../../telemetry/bucket-width.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import type { Span } from '../../../telemetry/spans.ts';
import type { BarSlot } from './chart-data.ts';
import { gapsBefore } from './gap-limit.ts';
import type { ValueAxis } from './value-axis.ts';

/** What paths are drawn in, however large it is on a screen. */
export const WIDTH = 2000;
export const HEIGHT = 500;

/** Where times and values are in the drawing. */
export interface Place {
  x(time: Micros): number;
  y(value: number): number;
}

export function createPlace({ from, to }: Span, { bottom, top }: ValueAxis): Place {
  return {
    x: (time) => Math.round(((Math.min(Math.max(time, from), to) - from) / (to - from)) * WIDTH),
    // Of numbers near the end of what there is, the difference is beyond it.
    y: (value) => Math.round(((top / 4 - value / 4) / (top / 4 - bottom / 4)) * HEIGHT),
  };
}

interface Point {
  readonly x: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Points in runs that a line goes through, each drawn in the middle of its bucket. */
export function runsOf(
  buckets: readonly HistoryBucket[],
  width: BucketWidth | 'raw',
  place: Place,
): readonly (readonly Point[])[] {
  const length = width === 'raw' ? 0 : width.seconds * 1_000_000;
  const drawn = buckets.flatMap(({ time, min, avg, max }) =>
    avg === null || min === null || max === null ? [] : [{ time, min, avg, max }],
  );
  const gaps = gapsBefore(
    drawn.map(({ time }) => time),
    length,
  );
  const runs: Point[][] = [];
  for (const [index, { time, min, avg, max }] of drawn.entries()) {
    const point = {
      x: place.x(time + length / 2),
      mean: place.y(avg),
      low: place.y(min),
      high: place.y(max),
    };
    if (index === 0 || gaps[index]) runs.push([point]);
    else runs.at(-1)!.push(point);
  }
  return runs;
}

/** A line through the means; what stands alone is a dot, which a line of no length is drawn as. */
export function linePath(runs: readonly (readonly Point[])[]): string {
  return runs
    .map((run) => {
      const points = run.map(({ x, mean }): Corner => [x, mean]);
      return points.length === 1
        ? `M${points[0]!.join(' ')}h0`
        : `M${points[0]!.join(' ')}${stepsOf(points)}`;
    })
    .join('');
}

/** From the highest to the lowest of each bucket; what stands alone is as wide as a hair. */
export function bandPath(runs: readonly (readonly Point[])[]): string {
  return runs
    .map((run) => {
      const wide = run.length > 1 ? run : [-1, 1].map((by) => ({ ...run[0]!, x: run[0]!.x + by }));
      const highs = wide.map(({ x, high }): Corner => [x, high]);
      const lows = wide.map(({ x, low }): Corner => [x, low]);
      return `M${highs[0]!.join(' ')}${stepsOf([...highs, ...lows.toReversed()])}z`;
    })
    .join('');
}

/** A dot for each mean: between directions there is no line, for 359° and 1° are beside each other. */
export function dotsPath(
  buckets: readonly HistoryBucket[],
  width: BucketWidth | 'raw',
  place: Place,
): string {
  const length = width === 'raw' ? 0 : width.seconds * 1_000_000;
  return buckets
    .flatMap(({ time, avg }) => (avg === null ? [] : [`M${place.x(time + length / 2)} ${place.y(avg)}h0`]))
    .join('');
}

/** A bar for what has come in each bucket, from zero on, a little narrower than that. */
export function barsPath(
  buckets: readonly HistoryBucket[],
  width: BucketWidth | 'raw',
  place: Place,
  { index, count }: BarSlot = { index: 0, count: 1 },
): string {
  const length = width === 'raw' ? 0 : width.seconds * 1_000_000;
  return buckets
    .flatMap(({ time, rise }) => {
      if (rise === undefined || rise === null || rise <= 0) return [];
      const [left, right] = [place.x(time), place.x(time + length)];
      const gap = Math.min(Math.round((right - left) * BAR_GAP), 8);
      const edge = (slot: number): number =>
        left + gap + Math.round(((right - left - 2 * gap) * slot) / count);
      const [x, y] = [edge(index), place.y(rise)];
      return [`M${x} ${place.y(0)}V${y}h${Math.max(edge(index + 1) - x, 1)}V${place.y(0)}z`];
    })
    .join('');
}

const BAR_GAP = 0.1;

type Corner = readonly [x: number, y: number];

/** From corner to corner: a step takes fewer digits than a place. */
function stepsOf(corners: readonly Corner[]): string {
  return corners
    .slice(1)
    .map(([x, y], index) => `l${x - corners[index]![0]} ${y - corners[index]![1]}`)
    .join('');
}
