// Readings that have just come, as points of the lines that they belong to.

import type { ChartData } from '../../../src/web/pages/history/chart-data.ts';
import { inUnit } from '../in-unit.ts';
import type { LiveReading } from '../link.ts';
import type { FetchedLines } from './fetch-points.ts';
import { addDirection, addReading } from './points.ts';

interface LivePoints {
  /** Charts to which something was added. */
  readonly changed: ReadonlySet<ChartData>;
  /** Whether there were some of what is counted: how much that has risen is for the service to say. */
  readonly isCounting: boolean;
}

export function addLivePoints(
  charts: readonly ChartData[],
  fetched: FetchedLines,
  readings: readonly LiveReading[],
): LivePoints {
  const changed = new Set<ChartData>();
  let isCounting = false;
  for (const data of charts) {
    for (const line of data.lines) {
      const points = fetched.get(line);
      if (line.kind === 'earlier' || points === undefined) continue;
      for (const reading of readings) {
        if (reading.station !== line.station || reading.metric !== line.metric) continue;
        if (points.isBar) isCounting = true;
        const value = inUnit(reading.value, reading.unit, data.unit);
        if (value === undefined || points.isBar) continue;
        const add = data.shape === 'dots' ? addDirection : addReading;
        add(points.points, Date.parse(reading.measuredAt) / 1000, value, points.width);
        changed.add(data);
      }
    }
  }
  return { changed, isCounting };
}
