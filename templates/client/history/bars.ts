import type uPlot from 'uplot';
import { columnOf, timesOf } from './uplot.ts';

/** Of the width of a bucket, at each side of its bar. */
const GAP_SHARE = 0.1;
const MOST_GAP_PX = 4;

/** A bar from zero on for each bucket, as wide as the time that it stands for. @param seconds of a bucket */
export function barsOf(seconds: number): uPlot.Series.PathBuilder {
  return (plot, series) => {
    const path = new Path2D();
    const column = columnOf(plot, series);
    const zero = plot.valToPos(0, 'y', true);
    for (const [index, middle] of timesOf(plot).entries()) {
      const value = column[index];
      if (typeof value !== 'number' || value <= 0) continue;
      const left = plot.valToPos(middle - seconds / 2, 'x', true);
      const right = plot.valToPos(middle + seconds / 2, 'x', true);
      const gap = Math.min((right - left) * GAP_SHARE, MOST_GAP_PX);
      const top = plot.valToPos(value, 'y', true);
      path.rect(left + gap, top, Math.max(right - left - 2 * gap, 1), zero - top);
    }
    return { stroke: path, fill: path };
  };
}
