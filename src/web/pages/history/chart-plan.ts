import type { SeriesName } from '../../../storage/history/look-up.ts';
import { type MetricKind, metricKind } from '../../../telemetry/metric-kind.ts';
import type { StationSnapshot } from '../../../telemetry/station.ts';
import { convertUnit } from '../../../telemetry/units.ts';
import type { ChosenUnits } from '../../choices.ts';
import { metricUnknown } from '../../errors.ts';
import type { Locale } from '../../locales.ts';
import { metricName, unitOf } from '../series-display.ts';
import type { ChartShape, LineKind } from './chart-data.ts';
import { defaultMetrics } from './default-metrics.ts';
import type { PageState } from './page-state.ts';

/** A chart, before anything was read of it. */
export interface PlannedChart {
  /** What it is about, as an address and as people call it. */
  readonly metric: string;
  readonly name: string;
  readonly unit: string | null;
  readonly shape: ChartShape;
  readonly lines: readonly PlannedLine[];
}

export interface PlannedLine extends SeriesName {
  readonly kind: LineKind;
  readonly label: string;
  readonly style: number;
}

interface PlanOptions extends Pick<Locale, 'names' | 'words'>, ChosenUnits {
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
  options: PlanOptions,
): readonly PlannedChart[] {
  const { names, words, findStation } = options;
  const charts: { -readonly [Key in keyof PlannedChart]: PlannedChart[Key] }[] = [];
  const metrics = state.metrics ?? defaultMetrics(snapshot);
  for (const metric of metrics) {
    const name = metricName(snapshot, metric, names);
    const looks = looksOf(snapshot, metric, options);
    const main = { station: snapshot.station, metric, kind: 'main', label: name } as const;
    charts.push({ metric, name, ...looks, lines: [{ ...main, style: firstStyle(looks) }] });
  }
  for (const { station, metric } of state.others) {
    const other = findStation(station);
    const { unit, shape } = looksOf(other, metric, options);
    const name = metricName(other, metric, names);
    const isOwn = station === snapshot.station;
    const line = { station, metric, kind: 'other', label: isOwn ? name : `${other.title}: ${name}` } as const;
    if (charts.some((one) => one.lines.some((known) => isOf(known, line)))) continue;
    const fitting = charts.filter((one) => isAlike(one.unit, unit) && one.shape === shape);
    const chart = fitting.find((one) => one.metric === metric) ?? fitting[0];
    if (chart === undefined)
      charts.push({ metric, name, unit, shape, lines: [{ ...line, style: firstStyle({ shape }) }] });
    else
      chart.lines = [
        ...chart.lines,
        { ...line, style: (firstStyle(chart) + chart.lines.length) % EARLIER_STYLE },
      ];
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

/** Bars are of what falls from the sky, which nobody expects to be red. */
function firstStyle({ shape }: Pick<PlannedChart, 'shape'>): number {
  return shape === 'bars' ? 1 : 0;
}

function isOf(one: SeriesName, other: SeriesName): boolean {
  return one.station === other.station && one.metric === other.metric;
}

/** Whether values of two units fit on one axis, on which they are converted. */
export function isAlike(one: string | null, other: string | null): boolean {
  return one === other || (one !== null && other !== null && convertUnit(0, one, other) !== undefined);
}

function looksOf(
  snapshot: StationSnapshot,
  metric: string,
  chosen: ChosenUnits,
): Pick<PlannedChart, 'unit' | 'shape'> {
  const reading = snapshot.latest.find((one) => one.metric === metric);
  if (reading === undefined) throw metricUnknown(snapshot.station, metric);
  return { unit: unitOf(snapshot, reading, chosen), shape: SHAPES[metricKind(metric, reading.unit)] };
}

const SHAPES: Readonly<Record<MetricKind, ChartShape>> = {
  plain: 'lines',
  direction: 'dots',
  counter: 'bars',
  increment: 'bars',
};
