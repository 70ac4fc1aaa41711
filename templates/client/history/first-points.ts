// A chart of which there was nothing to draw is made by the service, with all that is told of it, once something has come.

import type { ChartData } from '../../../src/web/pages/history/chart-data.ts';
import type { LiveReading } from '../link.ts';

interface FirstPoints {
  /** Whether the page is to be fetched anew for these. */
  areFirst(empty: readonly ChartData[], readings: readonly LiveReading[], from: number): boolean;
}

/** The first reading of a counter says nothing yet of how much it rises, and leaves its chart empty. */
const LEAST_BETWEEN_S = 30;

/** @param now in seconds */
export function createFirstPoints(now: () => number): FirstPoints {
  let askedAt = Number.NEGATIVE_INFINITY;
  return {
    areFirst(empty, readings, from) {
      if (now() - askedAt < LEAST_BETWEEN_S) return false;
      const lines = empty.flatMap((chart) => chart.lines).filter(({ kind }) => kind !== 'earlier');
      const isOfThem = readings.some(
        ({ station, metric, measuredAt }) =>
          Date.parse(measuredAt) / 1000 >= from &&
          lines.some((line) => line.station === station && line.metric === metric),
      );
      if (isOfThem) askedAt = now();
      return isOfThem;
    },
  };
}
