import type { Micros } from '../telemetry/reading.ts';
import { createDoubleHour } from './double-hour.ts';

/** Writes times as charts need them, in one time zone; also in the browser. */
export interface ChartDates {
  /** `14:05` */
  readonly minute: (time: Micros) => string;
  /** `14:05:07` */
  readonly second: (time: Micros) => string;
  /** `29 Nov` */
  readonly dayOfMonth: (time: Micros) => string;
  /** `Sun 29` */
  readonly weekday: (time: Micros) => string;
  /** `Nov` */
  readonly month: (time: Micros) => string;
  /** `2026` */
  readonly year: (time: Micros) => string;
  /** `29 Nov 2026` */
  readonly date: (time: Micros) => string;
  /** `Nov 2026` */
  readonly monthOfYear: (time: Micros) => string;
  /** `29 Nov, 14:05` */
  readonly moment: (time: Micros) => string;
  /** `29 Nov 2026, 14:05` */
  readonly fullMoment: (time: Micros) => string;
  /** To be set behind a time of day, see {@link createDoubleHour}: on an axis its place tells it apart. */
  readonly side: (time: Micros) => string;
}

/**
 * @param timeZone an IANA name
 * @param locale a BCP 47 tag
 */
export function createChartDates(timeZone: string, locale: string): ChartDates {
  const writer = (options: Intl.DateTimeFormatOptions): ((time: Micros) => string) => {
    // To make one takes longer than to make all labels of a chart, and no page needs all of them.
    let format: Intl.DateTimeFormat | undefined;
    return (time) => {
      format ??= new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...options });
      return format.format(time / 1000);
    };
  };
  const clock = { hour: '2-digit', minute: '2-digit' } as const;
  const day = { day: 'numeric', month: 'short' } as const;
  return {
    minute: writer(clock),
    second: writer({ ...clock, second: '2-digit' }),
    dayOfMonth: writer(day),
    weekday: writer({ weekday: 'short', day: 'numeric' }),
    month: writer({ month: 'short' }),
    year: writer({ year: 'numeric' }),
    date: writer({ ...day, year: 'numeric' }),
    monthOfYear: writer({ month: 'short', year: 'numeric' }),
    moment: writer({ ...day, ...clock }),
    fullMoment: writer({ ...day, year: 'numeric', ...clock }),
    side: createDoubleHour(timeZone, locale),
  };
}
