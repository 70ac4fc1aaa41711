// Which point of a line the cursor is at.

/** How far from the cursor a point may be that is told, in pixels. */
const REACH_PX = 24;

interface Near {
  readonly times: readonly number[];
  readonly column: readonly (number | null | undefined)[];
  /** The place of the nearest time of all lines. */
  readonly index: number;
  /** Where the cursor is. */
  readonly time: number;
  readonly secondsPerPixel: number;
  /** How far apart points of the line may be and still be connected. */
  readonly longestStep: number;
}

/** @returns the place of the nearest time at which the line has a value; `null` in its gaps, and beyond its ends */
export function nearestPoint({
  times,
  column,
  index,
  time,
  secondsPerPixel,
  longestStep,
}: Near): number | null {
  const reach = Math.max(longestStep / 2, REACH_PX * secondsPerPixel);
  const has = (place: number): boolean => typeof column[place] === 'number';
  let left = index;
  while (left >= 0 && !has(left) && time - (times[left] ?? 0) <= reach) left -= 1;
  let right = index;
  while (right < times.length && !has(right) && (times[right] ?? 0) - time <= reach) right += 1;
  const nearest = !has(right) || (has(left) && distance(left) <= distance(right)) ? left : right;
  return has(nearest) && distance(nearest) <= reach ? nearest : null;

  function distance(place: number): number {
    return Math.abs((times[place] ?? 0) - time);
  }
}
