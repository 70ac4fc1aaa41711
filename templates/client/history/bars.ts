import type uPlot from 'uplot';
import type { BarSlot } from '../../../src/web/pages/history/chart-data.ts';
import { columnOf, timesOf } from './uplot.ts';

/** Of the width of a bucket, at each side of its bar. */
const GAP_SHARE = 0.1;
const MOST_GAP_PX = 4;

/**
 * A bar from zero on for each bucket, as wide as the time that it stands for, or as its share of that.
 * @param seconds of a bucket
 */
export function barsOf(seconds: number, { index: slot, count }: BarSlot): uPlot.Series.PathBuilder {
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
      const wide = (right - left - 2 * gap) / count;
      path.rect(left + gap + slot * wide, top, Math.max(wide, 1), zero - top);
    }
    return { stroke: path, fill: path };
  };
}
