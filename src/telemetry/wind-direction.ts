/** Beyond a turn, either way, it is no direction: -9999, 999 and the like say that there is none. */
const TURN = 360;
/** Of each direction; below it what is left of a sum of vectors is what rounding has added. */
const LEAST_LENGTH = 1e-9;
const RADIANS = Math.PI / 180;

/** Whether a value counts as a direction, in degrees. */
export function isDirection(value: number): boolean {
  return value >= -TURN && value <= TURN;
}

/** A direction from 0° to less than 360°, to 12 digits, which hide what the way there and back has added. */
export function normalDirection(degrees: number): number {
  const positive = ((degrees % TURN) + TURN) % TURN;
  return Number(positive.toPrecision(12)) % TURN;
}

/**
 * Where the sum of unit vectors points to, from 0° to less than 360°; `null` where they cancel each other out, or there are none.
 * @param count how many vectors there are, at the most
 */
export function meanDirection(sineSum: number, cosineSum: number, count: number): number | null {
  if (!(Math.hypot(sineSum, cosineSum) > LEAST_LENGTH * Math.max(count, 1))) return null;
  return normalDirection(Math.atan2(sineSum, cosineSum) / RADIANS);
}
