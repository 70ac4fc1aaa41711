/** What is further apart than so many intervals has a gap between. */
const GAP_AFTER = 2.5;
/** So many intervals on either side tell what is usual at a time: a series may have had another rhythm before. */
const AROUND = 5;

/**
 * How far apart two points may be that a line connects: 2.5 times the width of a bucket, or, of a series that has readings less often,
 * 2.5 times what mostly lies between two points.
 * @param times ascending, in the unit of `width`
 * @param width of buckets; 0 where each is one reading
 */
export function gapLimit(times: readonly number[], width: number): number {
  return GAP_AFTER * Math.max(width, median(intervalsOf(times)));
}

/**
 * Of each point, whether there is a gap before it: whether it is further from the one before than {@link gapLimit} has it of
 * those around.
 */
export function gapsBefore(times: readonly number[], width: number): readonly boolean[] {
  const intervals = intervalsOf(times);
  return times.map((_, index) => {
    const interval = intervals[index - 1];
    if (interval === undefined || interval <= GAP_AFTER * width) return false;
    const around = intervals.slice(Math.max(index - 1 - AROUND, 0), index + AROUND);
    return interval > GAP_AFTER * Math.max(width, median(around));
  });
}

function intervalsOf(times: readonly number[]): readonly number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

function median(numbers: readonly number[]): number {
  // oxlint-disable-next-line unicorn/no-array-sort -- browsers of 2021 have no toSorted
  return Float64Array.from(numbers).sort()[Math.floor(numbers.length / 2)] ?? 0;
}
