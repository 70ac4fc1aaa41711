import type { StationSnapshot } from '../../../telemetry/station.ts';
import type { UnitSystem } from '../../../telemetry/unit-system.ts';
import { shownUnit } from '../../display-units.ts';
import type { Names } from '../../names.ts';
import type { PlannedChart } from './chart-plan.ts';
import { inOrder } from './default-metrics.ts';
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
  { names, units }: { readonly names: Names; readonly units: UnitSystem },
): readonly BesideGroup[] {
  if (state.others.length >= MOST_OTHERS) return [];
  const drawn = new Set(
    charts.flatMap(({ lines }) => lines.map(({ station, metric }) => `${station}:${metric}`)),
  );
  const drawnUnits = new Set(charts.map(({ unit }) => unit));
  const groups = stations.map(({ station, title, latest }) => {
    const fitting = latest.filter(
      ({ metric, unit }) => drawnUnits.has(shownUnit(unit, units)) && !drawn.has(`${station}:${metric}`),
    );
    const metrics = inOrder(fitting.map(({ metric }) => metric));
    const series = metrics.map((metric) => ({ value: `${station}:${metric}`, label: names.metric(metric) }));
    return { station, title, series };
  });
  return groups
    .filter(({ series }) => series.length > 0)
    .toSorted((a, b) => Number(b.station === state.station) - Number(a.station === state.station));
}
