import type { Direction } from '../../telemetry/direction.ts';
import { formatMicros } from '../../telemetry/format-time.ts';
import { lowAndHigh, type SeriesDay, type TimedValue } from '../../telemetry/series-day.ts';
import type { LatestReading } from '../../telemetry/station.ts';
import { trendOf } from '../../telemetry/trend.ts';
import { showValue } from '../display-units.ts';
import { decimalsOf } from '../names.ts';
import { changeText } from '../change-text.ts';
import { drawStrip } from './strip.ts';
import type { Viewpoint } from './viewpoint.ts';

/** What a page tells of the day of a series. */
export interface ShownDay {
  readonly trend: ShownTrend | undefined;
  /** Since midnight in the owner's zone. */
  readonly today: { readonly start: string; readonly end: string };
  readonly low: ShownExtreme | undefined;
  readonly high: ShownExtreme | undefined;
  readonly strip: ShownStrip | undefined;
}

interface ShownTrend {
  readonly direction: Direction;
  readonly word: string;
  /** What it is compared with, and when that was. */
  readonly base: number;
  readonly since: string;
  /** A smaller change is none. All in the unit that is shown. */
  readonly least: number;
  /** `+1.2 °C in 3 h` */
  readonly change: string;
}

interface ShownExtreme {
  readonly value: number;
  readonly number: string;
  /** `06:14` */
  readonly time: string;
  readonly measuredAt: string;
}

interface ShownStrip {
  readonly trace: string;
  readonly midnights: string;
  readonly hours: string;
  /** What is drawn at top and bottom, in the unit that is shown. */
  readonly top: number;
  readonly bottom: number;
  /** Where the pen stands, from the top. */
  readonly pen: string;
  readonly description: string;
}

/** Of temperatures, in their unit: what is no trend, and what a strip of paper spans at least. */
const LEAST: Readonly<Record<string, { readonly change: number; readonly span: number }>> = {
  '°C': { change: 0.5, span: 2 },
  '°F': { change: 0.9, span: 3.6 },
};

/** @param isPresent whether the newest reading still says how it is now */
export function showDay(
  day: SeriesDay,
  newest: LatestReading,
  viewpoint: Viewpoint,
  isPresent: boolean,
): ShownDay {
  const today = viewpoint.days.at(viewpoint.now);
  const extremes = lowAndHigh(day, today.start, today.end);
  return {
    trend: isPresent ? showTrend(day, newest, viewpoint) : undefined,
    today: { start: formatMicros(today.start), end: formatMicros(today.end) },
    low: extremes && showExtreme(extremes.low, newest.unit, viewpoint),
    high: extremes && showExtreme(extremes.high, newest.unit, viewpoint),
    strip: showStrip(day, newest, viewpoint),
  };
}

/** Only of temperatures, of which it is known how much is little. */
function showTrend(
  day: SeriesDay,
  newest: LatestReading,
  { units, words }: Viewpoint,
): ShownTrend | undefined {
  const least = leastOf(newest.unit);
  if (least === undefined) return undefined;
  const trend = trendOf(day, newest, least.change);
  if (trend === undefined) return undefined;
  const now = showValue(newest.value, newest.unit, units);
  const before = showValue(newest.value - trend.change, newest.unit, units);
  return {
    direction: trend.direction,
    word: words.text(`trend.${trend.direction}`),
    base: before.value,
    since: formatMicros(newest.measuredAt - trend.duration),
    least: leastOf(now.unit)?.change ?? least.change,
    change: changeText(words, now.value - before.value, now.unit, trend.duration / 1000),
  };
}

function showExtreme(
  { value, measuredAt }: TimedValue,
  unit: string | null,
  { units, words, zone }: Viewpoint,
): ShownExtreme {
  const shown = showValue(value, unit, units);
  return {
    value: shown.value,
    number: words.number(shown.value, decimalsOf(shown.unit)),
    time: zone.minute(measuredAt),
    measuredAt: formatMicros(measuredAt),
  };
}

function showStrip(day: SeriesDay, newest: LatestReading, viewpoint: Viewpoint): ShownStrip | undefined {
  const { now, days, units, words } = viewpoint;
  const strip = drawStrip(day, { now, days, leastSpan: leastOf(newest.unit)?.span ?? 0 });
  if (strip === undefined) return undefined;
  const show = (value: number): number => showValue(value, newest.unit, units).value;
  const { number: low, time: lowTime } = showExtreme(strip.low, newest.unit, viewpoint);
  const { number: high, time: highTime } = showExtreme(strip.high, newest.unit, viewpoint);
  const share = (strip.top - newest.value) / (strip.top - strip.bottom);
  return {
    trace: strip.trace,
    midnights: strip.midnights,
    hours: strip.hours,
    top: show(strip.top),
    bottom: show(strip.bottom),
    pen: `${(Math.min(Math.max(share, 0), 1) * 100).toFixed(1)}%`,
    description: words.text('card.strip', {
      low,
      lowTime,
      high,
      highTime,
      unit: showValue(0, newest.unit, units).unit ?? '',
    }),
  };
}

function leastOf(unit: string | null): (typeof LEAST)[string] | undefined {
  return unit !== null && Object.hasOwn(LEAST, unit) ? LEAST[unit] : undefined;
}
