import type { Micros } from './reading.ts';

/** Hours of UTC, which is what roll-ups are of. */
export const HOUR: Micros = 3_600_000_000;

export function floorHour(time: Micros): Micros {
  return Math.floor(time / HOUR) * HOUR;
}

export function ceilHour(time: Micros): Micros {
  return Math.ceil(time / HOUR) * HOUR;
}

/** Whether a stretch begins and ends with an hour. */
export function isOfWholeHours(from: Micros, to: Micros): boolean {
  return from % HOUR === 0 && to % HOUR === 0;
}
