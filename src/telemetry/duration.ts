import type { Micros } from './reading.ts';

/** How long something is kept. Months and years are those of the calendar, in UTC. */
export type Duration = 'forever' | { readonly count: number; readonly unit: DurationUnit };

type DurationUnit = 'd' | 'w' | 'mo' | 'y';

/** What a person is told when a text is no duration. */
export const DURATION_FORMS = 'such as 90d, 12w, 18mo or 2y, or forever';

const DAY_MICROS = 86_400_000_000;
const DAYS: Readonly<Record<DurationUnit, number>> = { d: 1, w: 7, mo: 365.2425 / 12, y: 365.2425 };
/** Longer than there have been thermometers; times stay where databases have them, too. */
const LONGEST_DAYS = 1000 * DAYS.y;

/** `90d`, `12w`, `18mo`, `2y` or `forever`, from a day to a thousand years; `undefined` for anything else. */
export function parseDuration(text: string): Duration | undefined {
  if (text === 'forever') return text;
  const [, count, unit] = /^([1-9]\d{0,5})(d|w|mo|y)$/.exec(text) ?? [];
  if (count === undefined) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the expression has just these
  const duration = { count: Number(count), unit: unit as DurationUnit };
  return daysOf(duration) > LONGEST_DAYS ? undefined : duration;
}

/** As {@link parseDuration} takes it. */
export function formatDuration(duration: Duration): string {
  return duration === 'forever' ? duration : `${duration.count}${duration.unit}`;
}

/** `for 90 days`, `for 1 year`, `for ever` */
export function durationWords(duration: Duration): string {
  if (duration === 'forever') return 'for ever';
  const unit = { d: 'day', w: 'week', mo: 'month', y: 'year' }[duration.unit];
  return `for ${duration.count} ${unit}${duration.count === 1 ? '' : 's'}`;
}

/** Whether the first is the shorter one; of months and years by how long they are on average. */
export function isShorter(one: Duration, other: Duration): boolean {
  return daysOf(one) < daysOf(other);
}

/** The time so long before; minus infinity for `forever`. The 31st becomes the last day of a month that has none. */
export function before(time: Micros, duration: Duration): Micros {
  if (duration === 'forever') return -Infinity;
  const { count, unit } = duration;
  if (unit === 'd' || unit === 'w') return time - count * DAYS[unit] * DAY_MICROS;
  const date = new Date(Math.floor(time / 1000));
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() - (unit === 'y' ? 12 * count : count));
  // It has run over into the next month.
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime() * 1000;
}

function daysOf(duration: Duration): number {
  return duration === 'forever' ? Infinity : duration.count * DAYS[duration.unit];
}
