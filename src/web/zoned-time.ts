import type { Micros } from '../telemetry/reading.ts';

/** Writes times as they are in one time zone. */
export interface ZonedTime {
  /** `Sun, 22 Nov 2026, 14:05 CET` */
  full(time: Micros): string;
  /** `22 Nov, 14:05`, or with its year where that is not clear; for what tells its age besides */
  short(time: Micros, now: Micros): string;
  /** `14:05` */
  minute(time: Micros): string;
  /** `14:05:07` */
  clock(time: Micros): string;
  /** `Sunday, 22 November 2026` */
  day(time: Micros): string;
  /** `GMT+1`: changes where clocks are set forward or back. */
  offset(time: Micros): string;
}

/**
 * @param timeZone an IANA name
 * @param locale a BCP 47 tag
 */
export function createZonedTime(timeZone: string, locale: string): ZonedTime {
  const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
    new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...options });
  const full = format(FULL_TIME);
  const short = format(SHORT_TIME);
  const shortWithYear = format({ ...SHORT_TIME, year: 'numeric' });
  const minute = format({ hour: '2-digit', minute: '2-digit' });
  const minutes = new Map<number, string>();
  const clock = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const day = format({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const offset = format({ timeZoneName: 'shortOffset' });
  return {
    full: (time) => full.format(time / 1000),
    short: (time, now) => (now - time < MOST_OF_A_YEAR ? short : shortWithYear).format(time / 1000),
    minute(time) {
      const key = Math.floor(time / MINUTE);
      let text = minutes.get(key);
      if (text !== undefined) return text;
      if (minutes.size === MOST_MINUTES) minutes.clear();
      minutes.set(key, (text = minute.format(time / 1000)));
      return text;
    },
    clock: (time) => clock.format(time / 1000),
    day: (time) => day.format(time / 1000),
    offset: (time) =>
      offset.formatToParts(time / 1000).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone,
  };
}

const MINUTE = 60_000_000;
/** The lows and highs of a thousand stations. */
const MOST_MINUTES = 2_000;

const MOST_OF_A_YEAR = 300 * 86_400_000_000;
const SHORT_TIME: Intl.DateTimeFormatOptions = {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
};
const FULL_TIME: Intl.DateTimeFormatOptions = {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};
