// How charts write times and values.

import { decimalsOf } from '../../../src/web/names.ts';
import type { Words } from '../../../src/web/words.ts';
import type { Line } from './align.ts';
import type { PointWidth } from './points.ts';
import type { LineReading } from './readout.ts';

export interface PlotTexts {
  /** When a point was, or a bucket begins. */
  time(time: number, width?: PointWidth): string;
  point(line: Line, point: number, unit: string | null): NonNullable<LineReading>;
  /** Of an axis. */
  number(value: number, decimals: number): string;
}

const DAY_S = 86_400;
const CLOCK = { hour: '2-digit', minute: '2-digit' } as const;
const DATE = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;

/** @param timeZone an IANA name */
export function createPlotTexts(timeZone: string, words: Words): PlotTexts {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(words.locale, { timeZone, hourCycle: 'h23', ...options });
  const date = format(DATE);
  const minute = format({ ...DATE, ...CLOCK });
  const second = format({ ...DATE, ...CLOCK, second: '2-digit' });
  const numbers = new Map<number, Intl.NumberFormat>();

  const write = (value: number, unit: string | null): string => words.number(value, decimalsOf(unit));

  return {
    time(time, width) {
      if (width === undefined) return minute.format(time * 1000);
      if (width.seconds >= DAY_S) return date.format(time * 1000);
      const isWhole = width.seconds >= 60 || Number.isInteger(time / 60);
      return (isWhole ? minute : second).format(time * 1000);
    },
    point({ points, isBand }, point, unit) {
      const value = points.value[point] ?? null;
      const [low, high] = [points.low[point], points.high[point]];
      const number = value === null ? '' : write(value, unit);
      const space = unit === '°' ? '' : '\u{a0}';
      const isWide =
        isBand && low !== undefined && high !== undefined && write(low, unit) !== write(high, unit);
      return {
        value: unit === null || number === '' ? number : `${number}${space}${unit}`,
        range: isWide ? words.text('plot.range', { low: write(low, unit), high: write(high, unit) }) : '',
      };
    },
    number(value, decimals) {
      let known = numbers.get(decimals);
      if (known === undefined) {
        const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
        known = new Intl.NumberFormat(words.locale, { useGrouping: false, ...digits });
        numbers.set(decimals, known);
      }
      return known.format(Object.is(value, -0) ? 0 : value).replace('-', '\u{2212}');
    },
  };
}
