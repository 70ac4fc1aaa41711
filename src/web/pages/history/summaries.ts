import type { Extremes } from '../../../storage/history/extremes-query.ts';
import type { LocalDays } from '../../../telemetry/local-days.ts';
import type { Micros } from '../../../telemetry/reading.ts';
import type { UnitSystem } from '../../../telemetry/unit-system.ts';
import type { ChartDates } from '../../chart-dates.ts';
import { showValue } from '../../display-units.ts';
import { decimalsOf } from '../../names.ts';
import { NO_NUMBER, type Words } from '../../words.ts';
import type { ReadLine } from './read-charts.ts';

export interface SummaryOptions {
  readonly units: UnitSystem;
  readonly words: Words;
  readonly days: LocalDays;
  readonly dates: ChartDates;
  /** When the stretch ends: of times on its last day the date needs not be told. */
  readonly end: Micros;
}

/** What a chart comes to, in a sentence: `Lowest 2.1 °C at 06:14, highest 8.3 °C on 28 Nov, 14:20, mean 5.1 °C.` */
export function summarize(
  extremes: Extremes | undefined,
  unit: string | null,
  options: SummaryOptions,
): string {
  const { words } = options;
  if (extremes === undefined) return words.text('summary.nothing');
  return words.text('summary.of', {
    low: valueText(extremes.min, unit, options),
    lowWhen: whenText(extremes.minAt, options),
    high: valueText(extremes.max, unit, options),
    highWhen: whenText(extremes.maxAt, options),
    mean: extremes.avg === null ? NO_NUMBER : valueText(extremes.avg, unit, options),
  });
}

/** What a line that was put beside comes to, of its buckets: without times. */
export function summarizeLine({ label, buckets }: ReadLine, unit: string | null, words: Words): string {
  const counted = buckets.flatMap(({ count, min, avg, max }) =>
    min === null || avg === null || max === null ? [] : [{ count, min, avg, max }],
  );
  if (counted.length === 0) return words.text('summary.lineNothing', { label });
  const count = counted.reduce((sum, bucket) => sum + bucket.count, 0);
  const mean = counted.reduce((sum, bucket) => sum + bucket.avg * (bucket.count / count), 0);
  const shown = (value: number): string => withUnit(words.number(value, decimalsOf(unit)), unit);
  return words.text('summary.line', {
    label,
    low: shown(counted.reduce((least, { min }) => Math.min(least, min), Number.POSITIVE_INFINITY)),
    high: shown(counted.reduce((most, { max }) => Math.max(most, max), Number.NEGATIVE_INFINITY)),
    mean: shown(mean),
  });
}

/** A value as it is stored, with the unit in which it is shown. */
export function valueText(
  value: number,
  unit: string | null,
  { units, words }: Pick<SummaryOptions, 'units' | 'words'>,
): string {
  const shown = showValue(value, unit, units);
  return withUnit(words.number(shown.value, decimalsOf(shown.unit)), shown.unit);
}

export function withUnit(number: string, unit: string | null): string {
  if (unit === null || unit === '') return number;
  return unit === '°' ? `${number}°` : `${number}\u{a0}${unit}`;
}

function whenText(time: Micros, { words, days, dates, end }: SummaryOptions): string {
  const [day, last] = [days.at(time), days.at(end - 1)];
  const side = dates.side(time);
  if (day.start === last.start) return words.text('summary.at', { time: dates.minute(time) + side });
  const isThisYear = dates.year(time) === dates.year(end - 1);
  return words.text('summary.on', {
    time: (isThisYear ? dates.moment(time) : dates.fullMoment(time)) + side,
  });
}
