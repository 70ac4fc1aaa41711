import type { StationSnapshot } from '../../../telemetry/station.ts';
import type { ChosenUnits } from '../../choices.ts';
import type { Names } from '../../names.ts';
import { metricName, unitOf } from '../series-display.ts';
import { isAlike, type PlannedChart } from './chart-plan.ts';
import { inOrder } from '../metric-order.ts';
import { MOST_OTHERS, type PageState } from './page-state.ts';

/** Series of a station that may be put beside those of the page. */
export interface BesideGroup {
  readonly title: string;
  readonly series: readonly { readonly value: string; readonly label: string }[];
}

/** What can be added: all that goes into one of the charts and is in none yet, the page's own station first. */
export function besideGroups(
  state: PageState,
  stations: readonly StationSnapshot[],
  charts: readonly PlannedChart[],
  { names, ...chosen }: ChosenUnits & { readonly names: Names },
): readonly BesideGroup[] {
  if (state.others.length >= MOST_OTHERS) return [];
  const drawn = new Set(
    charts.flatMap(({ lines }) => lines.map(({ station, metric }) => `${station}:${metric}`)),
  );
  const drawnUnits = [...new Set(charts.map(({ unit }) => unit))];
  const groups = stations.map((snapshot) => {
    const { station, title, latest } = snapshot;
    const fitting = latest.filter(({ metric, unit }) => {
      const shown = unitOf(snapshot, { metric, unit }, chosen);
      return drawnUnits.some((one) => isAlike(one, shown)) && !drawn.has(`${station}:${metric}`);
    });
    const series = inOrder(snapshot, fitting).map(({ metric }) => ({
      value: `${station}:${metric}`,
      label: metricName(snapshot, metric, names),
    }));
    return { station, title, series };
  });
  return groups
    .filter(({ series }) => series.length > 0)
    .toSorted((a, b) => Number(b.station === state.station) - Number(a.station === state.station));
}
