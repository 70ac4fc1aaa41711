import type { SeriesName } from '../../../storage/history/look-up.ts';
import type { StationSnapshot } from '../../../telemetry/station.ts';
import type { UnitSystem } from '../../../telemetry/unit-system.ts';
import { shownUnit } from '../../display-units.ts';
import { metricUnknown } from '../../errors.ts';
import type { Locale } from '../../locales.ts';
import type { LineKind } from './chart-data.ts';
import { defaultMetrics } from './default-metrics.ts';
import type { PageState } from './page-state.ts';

/** A chart, before anything was read of it. */
export interface PlannedChart {
  /** What it is about, as an address and as people call it. */
  readonly metric: string;
  readonly name: string;
  readonly unit: string | null;
  readonly lines: readonly PlannedLine[];
}

export interface PlannedLine extends SeriesName {
  readonly kind: LineKind;
  readonly label: string;
  readonly style: number;
}

interface PlanOptions extends Pick<Locale, 'names' | 'words'> {
  readonly units: UnitSystem;
  /** Stations that are put beside; whoever looks may see them. @throws WebError */
  readonly findStation: (station: string) => StationSnapshot;
}

/** What was earlier has this style, wherever it is drawn. */
const EARLIER_STYLE = 5;

/**
 * Which charts there are, and what is in each.
 * @throws WebError 404 for a metric that a station has never sent
 */
export function planCharts(
  snapshot: StationSnapshot,
  state: PageState,
  { units, names, words, findStation }: PlanOptions,
): readonly PlannedChart[] {
  const charts: { -readonly [Key in keyof PlannedChart]: PlannedChart[Key] }[] = [];
  const metrics = state.metrics ?? defaultMetrics(snapshot.latest.map(({ metric }) => metric));
  for (const metric of metrics) {
    const name = names.metric(metric);
    const main = { station: snapshot.station, metric, kind: 'main', label: name, style: 0 } as const;
    charts.push({ metric, name, unit: unitOf(snapshot, metric, units), lines: [main] });
  }
  for (const { station, metric } of state.others) {
    const other = findStation(station);
    const unit = unitOf(other, metric, units);
    const name = names.metric(metric);
    const isOwn = station === snapshot.station;
    const line = { station, metric, kind: 'other', label: isOwn ? name : `${other.title}: ${name}` } as const;
    const chart = charts.find((one) => one.metric === metric) ?? charts.find((one) => one.unit === unit);
    if (chart?.lines.some((known) => known.station === station && known.metric === metric)) continue;
    if (chart !== undefined && chart.unit === unit) {
      chart.lines = [...chart.lines, { ...line, style: chart.lines.length % EARLIER_STYLE }];
    } else charts.push({ metric, name, unit, lines: [{ ...line, style: 0 }] });
  }
  const { compare } = state;
  if (compare === undefined) return charts;
  return charts.map((chart) => ({
    ...chart,
    lines: chart.lines.flatMap((line) =>
      line.kind === 'main'
        ? [line, { ...line, kind: 'earlier', label: words.text(`compare.${compare}`), style: EARLIER_STYLE }]
        : [line],
    ),
  }));
}

function unitOf({ station, latest }: StationSnapshot, metric: string, units: UnitSystem): string | null {
  const reading = latest.find((one) => one.metric === metric);
  if (reading === undefined) throw metricUnknown(station, metric);
  return shownUnit(reading.unit, units);
}
