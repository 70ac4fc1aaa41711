/** What is further apart than so many intervals has a gap between. */
const GAP_AFTER = 2.5;

/**
 * How far apart two points may be that a line connects: 2.5 times the width of a bucket, or, of a series that has readings less often,
 * 2.5 times what mostly lies between two points.
 * @param times ascending, in the unit of `width`
 * @param width of buckets; 0 where each is one reading
 */
export function gapLimit(times: readonly number[], width: number): number {
  const intervals = times.slice(1).map((time, index) => time - times[index]!);
  const median = intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? 0;
  return GAP_AFTER * Math.max(width, median);
}
