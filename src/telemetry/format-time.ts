import type { Micros } from './reading.ts';

/** The first and the last time with a year of four digits, which is what PostgreSQL reads. */
export const EARLIEST_WRITABLE: Micros = Date.parse('0001-01-01T00:00:00Z') * 1000;
export const LATEST_WRITABLE: Micros = Date.parse('9999-12-31T00:00:00Z') * 1000;

/**
 * ISO 8601 in UTC, as exact as the time itself: three fraction digits, or six where there are microseconds.
 * For times from {@link EARLIEST_WRITABLE} to {@link LATEST_WRITABLE}.
 */
export function formatMicros(time: Micros): string {
  const milliseconds = Math.floor(time / 1000);
  const text = new Date(milliseconds).toISOString();
  const rest = time - milliseconds * 1000;
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

const SECOND: Micros = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const PAIRS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** {@link formatMicros} in half of the time, for many times of which most are of the same day as the one before. */
export function createTimeFormatter(): (time: Micros) => string {
  let start = Number.NaN;
  let date = '';
  return (time) => {
    let rest = time - start;
    if (!(rest >= 0 && rest < DAY)) {
      start = Math.floor(time / DAY) * DAY;
      rest = time - start;
      date = formatMicros(start).slice(0, 'YYYY-MM-DDT'.length);
    }
    const [hour, minute, second] = [rest / HOUR, (rest % HOUR) / MINUTE, (rest % MINUTE) / SECOND];
    const micros = rest % SECOND;
    // A digit in front keeps the zeros.
    const fraction = micros % 1000 === 0 ? String(1000 + micros / 1000) : String(SECOND + micros);
    const whole = `${PAIRS[Math.floor(hour)]}:${PAIRS[Math.floor(minute)]}:${PAIRS[Math.floor(second)]}`;
    return `${date}${whole}.${fraction.slice(1)}Z`;
  };
}
