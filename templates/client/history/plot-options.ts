import type uPlot from 'uplot';
import { barSlot, type ChartData, type LineData } from '../../../src/web/pages/history/chart-data.ts';
import { valueAxis, type ValueAxis } from '../../../src/web/pages/history/value-axis.ts';
import { type Colour, dashOf, lineVariable } from './chart-style.ts';
import { barsOf } from './bars.ts';
import type { AxisWidth } from './axis-width.ts';
import type { FindTicks } from './time-ticks.ts';
import type { LabelTicks } from './tick-labels.ts';

/** What all charts of a page have in common. */
export interface PlotStyle {
  readonly colour: Colour;
  /** In pixels. */
  readonly fontSize: number;
  /** As CSS writes it. */
  readonly font: string;
  readonly axisWidth: AxisWidth;
  readonly ticks: FindTicks;
  readonly labels: LabelTicks;
  readonly number: (value: number, decimals: number) => string;
  /** N, E, S, W. */
  readonly directions: readonly string[];
}

export interface PlotLine {
  readonly line: Pick<LineData, 'kind' | 'style'>;
  readonly isBand: boolean;
  /** The width of its buckets. */
  readonly seconds: number;
}

/** Lines in the order in which uPlot draws them: the first of a chart comes last, on top of the others. */
export function inDrawingOrder<Item>(lines: readonly Item[]): readonly Item[] {
  // oxlint-disable-next-line unicorn/no-array-reverse -- browsers of 2021 have no toReversed
  return [...lines].reverse();
}

/** The place of each line's values among uPlot's series, of which the first is time. */
export function seriesIndexes(lines: readonly Pick<PlotLine, 'isBand'>[]): readonly number[] {
  const indexes: number[] = [];
  let next = 1;
  for (const { isBand } of inDrawingOrder(lines)) {
    indexes.unshift(next);
    next += isBand ? 3 : 1;
  }
  return indexes;
}

const DAY_S = 86_400;

/** How much room a mark needs for what is written there, in pixels: seconds, the clock, or names of months. */
function spaceOf(seconds: number): number {
  if (seconds < DAY_S / 100) return 80;
  return seconds < 100 * DAY_S ? 62 : 46;
}

const COMPASS: ValueAxis = { bottom: 0, top: 360, ticks: [0, 90, 180, 270, 360], decimals: 0 };
const BAND_OPACITY = '2b';
const BAR_OPACITY = 'cc';
const AXIS_GAP_PX = 6;
const RIGHT_PX = 14;

/** Axes, grid and lines. */
export function plotOptions(
  { unit, shape }: Pick<ChartData, 'unit' | 'shape'>,
  lines: readonly PlotLine[],
  style: PlotStyle,
): Pick<uPlot.Options, 'axes' | 'scales' | 'series' | 'bands' | 'padding'> {
  const isDirection = shape === 'dots';
  /** That of the values in sight. */
  let axis: ValueAxis = COMPASS;
  return {
    padding: [AXIS_GAP_PX, RIGHT_PX, 0, 0],
    scales: { x: { time: false, auto: false }, y: { range: (_plot, min, max) => rangeOf(min, max) } },
    axes: [timeAxis(style), valuesAxis()],
    series: [{}, ...inDrawingOrder(lines).flatMap((line) => seriesOf(line, lines, shape, style))],
    bands: bandsOf(lines, style),
  };

  function rangeOf(min: number | null, max: number | null): uPlot.Range.MinMax {
    // Bars stand on zero.
    const low = shape === 'bars' ? Math.min(min ?? 0, 0) : (min ?? 0);
    axis = isDirection ? COMPASS : valueAxis(low, max ?? min ?? 1, unit);
    return [axis.bottom, axis.top];
  }

  function valuesAxis(): uPlot.Axis {
    return {
      ...axisStyle(style),
      splits: () => [...axis.ticks],
      values: (_plot, splits) =>
        isDirection
          ? splits.map((_, index) => style.directions[index % style.directions.length] ?? '')
          : splits.map((tick) => style.number(tick, axis.decimals)),
      size: (plot, values) => style.axisWidth.claim(plot, values ?? []),
    };
  }
}

function timeAxis(style: PlotStyle): uPlot.Axis {
  const find = (plot: uPlot, from: number, to: number): ReturnType<FindTicks> => {
    const width = plot.bbox.width / devicePixelRatio;
    const space = spaceOf(to - from);
    return style.ticks(from, to, Math.max(width / space, 1));
  };
  return {
    ...axisStyle(style),
    size: Math.round(style.fontSize * 1.6) + AXIS_GAP_PX,
    splits: (plot, _axis, from, to) => [...find(plot, from, to).times],
    values(plot, splits) {
      const { min, max } = plot.scales['x'] ?? {};
      return min === undefined || max === undefined
        ? []
        : style.labels(splits, find(plot, min, max).stepSeconds);
    },
  };
}

function axisStyle({ colour, font }: PlotStyle): uPlot.Axis {
  return {
    font,
    gap: AXIS_GAP_PX,
    stroke: () => colour('--quiet'),
    grid: { stroke: () => colour('--rule'), width: 1 },
    ticks: { show: false },
  };
}

function seriesOf(
  { line, isBand, seconds }: PlotLine,
  all: readonly PlotLine[],
  shape: ChartData['shape'],
  { colour }: PlotStyle,
): uPlot.Series[] {
  const stroke = (): string => colour(lineVariable(line.style));
  const main: uPlot.Series = {
    stroke,
    width: line.kind === 'earlier' ? 1.5 : 2,
    dash: [...dashOf(line.style)],
    points: { size: 5, stroke, fill: stroke },
  };
  if (shape === 'dots') {
    // Between two directions lies no other: the wind may turn by either side. Dots of other lines are hollow.
    const fill = line.style === 0 ? stroke : (): string => colour('--sheet');
    return [{ ...main, paths: () => null, points: { show: true, size: 5, width: 1, stroke, fill } }];
  }
  if (shape === 'bars') {
    const isOutline = line.kind === 'earlier';
    const look = isOutline ? {} : { fill: () => faint(stroke(), BAR_OPACITY) };
    const slot = barSlot(
      all.map((one) => one.line),
      line,
    );
    const paths = barsOf(seconds, slot);
    return [{ ...main, ...look, width: isOutline ? 1.5 : 0, paths, points: { show: false } }];
  }
  const edge: uPlot.Series = { width: 0, points: { show: false } };
  return isBand ? [main, edge, edge] : [main];
}

function bandsOf(lines: readonly PlotLine[], { colour }: PlotStyle): uPlot.Band[] {
  const indexes = seriesIndexes(lines);
  return lines.flatMap(({ line, isBand }, place) => {
    const index = indexes[place];
    if (!isBand || index === undefined) return [];
    // From the highest down to the lowest.
    return [
      { series: [index + 2, index + 1], fill: () => faint(colour(lineVariable(line.style)), BAND_OPACITY) },
    ];
  });
}

/** @param colour in hexadecimal digits */
function faint(colour: string, opacity: string): string {
  const digits = colour.length === 4 ? colour.replaceAll(/[^#]/g, '$&$&') : colour;
  return `${digits}${opacity}`;
}
