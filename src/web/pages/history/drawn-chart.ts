import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { ChartDates } from '../../chart-dates.ts';
import type { Words } from '../../words.ts';
import type { LineKind } from './chart-data.ts';
import { bandPath, createPlace, HEIGHT, linePath, type Place, runsOf, WIDTH } from './chart-paths.ts';
import type { ReadChart, ReadCharts } from './read-charts.ts';
import { timeTicks } from './time-axis.ts';
import { type ValueAxis, valueAxis } from './value-axis.ts';

/** A chart as templates write it. */
export interface DrawnChart {
  readonly viewBox: string;
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
}

interface DrawOptions {
  readonly days: LocalDays;
  readonly dates: ChartDates;
  readonly words: Words;
}

/** @returns `undefined` where there is nothing to draw */
export function drawChart(
  chart: ReadChart,
  { range, width }: Pick<ReadCharts, 'range' | 'width'>,
  { days, dates, words }: DrawOptions,
): DrawnChart | undefined {
  const axis = axisOf(chart, width === 'raw');
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
    values: axis.ticks.map((tick) => format(tick)).toReversed(),
    rules: axis.ticks.map((tick) => `M0 ${place.y(tick)}h${WIDTH}`).join(''),
    starts: down(true),
    times: down(false),
    labels: ticks.map(({ time, label, isMinor, isStart }) => ({
      x: `${((place.x(time) / WIDTH) * 100).toFixed(2)}%`,
      text: label,
      isMinor,
      isStart,
    })),
    lines: linesOf(chart, width, place).toReversed(),
  };
}

/** Of all that is drawn: of other lines than the main one only means are. */
function axisOf({ lines, unit }: ReadChart, isRaw: boolean): ValueAxis | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { kind, buckets } of lines) {
    for (const { min, avg, max } of buckets) {
      if (avg === null) continue;
      const hasBand = kind === 'main' && !isRaw;
      low = Math.min(low, hasBand ? min : avg);
      high = Math.max(high, hasBand ? max : avg);
    }
  }
  return low > high ? undefined : valueAxis(low, high, unit);
}

function linesOf({ lines }: ReadChart, width: ReadCharts['width'], place: Place): readonly DrawnLine[] {
  return lines.map(({ kind, style, buckets }) => {
    const runs = runsOf(buckets, width, place);
    const hasBand = kind === 'main' && width !== 'raw';
    return { kind, style, path: linePath(runs), band: hasBand ? bandPath(runs) : '' };
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
