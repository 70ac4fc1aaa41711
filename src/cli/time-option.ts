import { createLocalDays } from '../telemetry/local-days.ts';
import type { Micros } from '../telemetry/reading.ts';
import { parseTime } from '../telemetry/time.ts';

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DAY_MS = 86_400_000;

/**
 * The time that an option gives: one with its zone, or a day, which stands for its beginning after `--from`, and for its end after `--to`.
 * @param mistakes is told of what can't be understood
 */
export function readTimeOption(
  name: 'from' | 'to',
  given: string | undefined,
  timeZone: string,
  mistakes: string[],
): Micros | undefined {
  if (given === undefined) return undefined;
  const day = readDay(given.trim());
  if (day !== undefined) return createLocalDays(timeZone).startOf(name === 'from' ? day : day + 1);
  const time = parseTime(given);
  if (typeof time !== 'object') return time;
  mistakes.push(
    `--${name}: ${time.detail}. Give a day, such as 2026-11-01, or a time with its zone, such as 2026-11-01T06:00:00Z.`,
  );
  return undefined;
}

/** Days of the calendar since 1970-01-01; `undefined` for the 30th of February and its like. */
function readDay(text: string): number | undefined {
  const [year = 0, month = 0, day = 0] = DATE.exec(text)?.slice(1).map(Number) ?? [];
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && date.toISOString().startsWith(text) ? date.getTime() / DAY_MS : undefined;
}
