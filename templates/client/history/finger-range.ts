// What fingers make of the range of a chart.

import type { TimeRange } from './chart-context.ts';

/** Two fingers, in pixels from the left edge of the chart. */
export interface Pinch {
  readonly first: { readonly start: number; readonly now: number };
  readonly second: { readonly start: number; readonly now: number };
}

export const LEAST_ZOOMED_S = 10;
/** Fingers that are closer together would make decades of a minute. */
const LEAST_APART_PX = 24;

/** Moved along with a finger. @param share how far it went, of the width of the chart; to the right it leads back in time */
export function moved({ from, to }: TimeRange, share: number): TimeRange {
  const by = Math.max(-share * (to - from), -from);
  return { from: from + by, to: to + by };
}

/** The times that were under the fingers stay there. @param width that of the chart, in pixels */
export function pinched({ from, to }: TimeRange, { first, second }: Pinch, width: number): TimeRange {
  const perPixel = (to - from) / width;
  const apart = Math.max(Math.abs(second.start - first.start), LEAST_APART_PX);
  const apartNow = Math.max(Math.abs(second.now - first.now), LEAST_APART_PX);
  const nextPerPixel = Math.max((perPixel * apart) / apartNow, LEAST_ZOOMED_S / width);
  const middle = from + ((first.start + second.start) / 2) * perPixel;
  const begin = middle - ((first.now + second.now) / 2) * nextPerPixel;
  return { from: Math.max(begin, 0), to: begin + width * nextPerPixel };
}
