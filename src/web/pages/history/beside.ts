import type { StationSnapshot } from '../../../telemetry/station.ts';
import type { ChosenUnits } from '../../choices.ts';
import type { Names } from '../../names.ts';
import { metricName, unitOf } from '../series-display.ts';
import { isAlike, type PlannedChart } from './chart-plan.ts';
import { inOrder } from '../metric-order.ts';
import { MOST_OTHERS, type PageState } from './page-state.ts';

/** A series that may be put beside those of the page. */
export interface BesideSeries {
  readonly value: string;
  /** As the legend has it, with the station's title: of a list that is closed, it is all there is to be seen. */
  readonly label: string;
}

/** What can be added: all that goes into one of the charts and is in none yet, the page's own station first. */
export function besideSeries(
  state: PageState,
  stations: readonly StationSnapshot[],
  charts: readonly PlannedChart[],
  { names, ...chosen }: ChosenUnits & { readonly names: Names },
): readonly BesideSeries[] {
  if (state.others.length >= MOST_OTHERS) return [];
  const drawn = new Set(
    charts.flatMap(({ lines }) => lines.map(({ station, metric }) => `${station}:${metric}`)),
  );
  const drawnUnits = [...new Set(charts.map(({ unit }) => unit))];
  const isOwn = ({ station }: StationSnapshot): boolean => station === state.station;
  const ownFirst = stations.toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)));
  return ownFirst.flatMap((snapshot) => {
    const { station, title, latest } = snapshot;
    const fitting = latest.filter(({ metric, unit }) => {
      const shown = unitOf(snapshot, { metric, unit }, chosen);
      return drawnUnits.some((one) => isAlike(one, shown)) && !drawn.has(`${station}:${metric}`);
    });
    return inOrder(snapshot, fitting).map(({ metric }) => {
      const name = metricName(snapshot, metric, names);
      return { value: `${station}:${metric}`, label: isOwn(snapshot) ? name : `${title}: ${name}` };
    });
  });
}
