import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Span } from '../../../telemetry/spans.ts';
import type { ChartDates } from '../../chart-dates.ts';
import type { Words } from '../../words.ts';
import { barSlot, type ChartShape, type LineKind } from './chart-data.ts';
import {
  bandPath,
  barsPath,
  createPlace,
  dotsPath,
  HEIGHT,
  linePath,
  type Place,
  runsOf,
  WIDTH,
} from './chart-paths.ts';
import type { ReadChart } from './read-charts.ts';
import { timeTicks } from './time-axis.ts';
import { type ValueAxis, valueAxis } from './value-axis.ts';

/** A chart as templates write it. */
export interface DrawnChart {
  readonly viewBox: string;
  readonly shape: ChartShape;
  /** In their order from top to bottom, evenly apart. */
  readonly values: readonly string[];
  /** Lines across at each of the values. */
  readonly rules: string;
  /** Lines down where days begin, and at other times that are written below. */
  readonly starts: string;
  readonly times: string;
  readonly labels: readonly TimeLabel[];
  /** What lies beneath comes first. */
  readonly lines: readonly DrawnLine[];
}

interface TimeLabel {
  /** From the left. */
  readonly x: string;
  readonly text: string;
  readonly isMinor: boolean;
  readonly isStart: boolean;
}

interface DrawnLine {
  readonly kind: LineKind;
  readonly style: number;
  readonly path: string;
  /** From the lowest to the highest; empty where there is none. */
  readonly band: string;
  readonly bars: string;
}

interface DrawOptions {
  readonly days: LocalDays;
  readonly dates: ChartDates;
  readonly words: Words;
}

/** @returns `undefined` where there is nothing to draw */
export function drawChart(
  chart: ReadChart,
  range: Span,
  { days, dates, words }: DrawOptions,
): DrawnChart | undefined {
  const axis = axisOf(chart);
  if (axis === undefined) return undefined;
  const place = createPlace(range, axis);
  const ticks = timeTicks(range, days, dates);
  const down = (isStart: boolean): string =>
    ticks
      .filter((tick) => tick.isStart === isStart)
      .map(({ time }) => `M${place.x(time)} 0v${HEIGHT}`)
      .join('');
  const format = numberFormat(words.locale, axis);
  return {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    shape: chart.shape,
    values: (chart.shape === 'dots' ? compass(words) : axis.ticks.map((tick) => format(tick))).toReversed(),
    rules: axis.ticks.map((tick) => `M0 ${place.y(tick)}h${WIDTH}`).join(''),
    starts: down(true),
    times: down(false),
    labels: ticks.map(({ time, label, isMinor, isStart }) => ({
      x: `${((place.x(time) / WIDTH) * 100).toFixed(2)}%`,
      text: label,
      isMinor,
      isStart,
    })),
    lines: linesOf(chart, place).toReversed(),
  };
}

/** Whether the lowest and the highest are drawn around a line. */
export function hasBand(shape: ChartShape, kind: LineKind, width: ReadChart['width']): boolean {
  return shape === 'lines' && kind === 'main' && width !== 'raw';
}

/** All the way round, with lines at the four quarters. */
const ROUND: ValueAxis = { bottom: 0, top: 360, ticks: [0, 90, 180, 270, 360], decimals: 0 };

function compass(words: Words): string[] {
  return (['n', 'e', 's', 'w', 'n'] as const).map((key) => words.text(`compass.${key}`));
}

function axisOf({ lines, unit, shape, width }: ReadChart): ValueAxis | undefined {
  const values = lines.flatMap(({ kind, buckets }) =>
    buckets.flatMap(({ min, avg, max, rise }) => {
      if (shape === 'bars') return rise ?? [];
      if (avg === null) return [];
      return hasBand(shape, kind, width) ? [min ?? avg, max ?? avg] : [avg];
    }),
  );
  if (values.length === 0) return undefined;
  if (shape === 'dots') return ROUND;
  const low = values.reduce((least, value) => Math.min(least, value), shape === 'bars' ? 0 : Infinity);
  return valueAxis(
    low,
    Math.max(
      low,
      values.reduce((most, value) => Math.max(most, value), -Infinity),
    ),
    unit,
  );
}

function linesOf({ lines, width, shape }: ReadChart, place: Place): readonly DrawnLine[] {
  return lines.map((line) => {
    const { kind, style, buckets } = line;
    if (shape === 'bars') {
      const bars = barsPath(buckets, width, place, barSlot(lines, line));
      return { kind, style, path: '', band: '', bars };
    }
    if (shape === 'dots') return { kind, style, path: dotsPath(buckets, width, place), band: '', bars: '' };
    const runs = runsOf(buckets, width, place);
    const band = hasBand(shape, kind, width) ? bandPath(runs) : '';
    return { kind, style, path: linePath(runs), band, bars: '' };
  });
}

function numberFormat(locale: string, { decimals, top, bottom }: ValueAxis): (value: number) => string {
  const isLong = Math.max(Math.abs(top), Math.abs(bottom)) >= LONG;
  const format = new Intl.NumberFormat(locale, {
    useGrouping: false,
    ...(isLong
      ? { notation: 'compact', maximumFractionDigits: 2 }
      : { minimumFractionDigits: decimals, maximumFractionDigits: decimals }),
  });
  // A true minus sign is as wide as a digit; there is no zero below zero.
  return (value) =>
    format.format(Math.abs(value) < (top - bottom) / 1e6 ? 0 : value).replace('-', '\u{2212}');
}

/** From here on digits would take more room than the chart can spare. */
const LONG = 100_000;
