/**
 * A counter that has fallen by more than a tenth was reset. A smaller fall is a sensor that jitters, or a rounding: it is taken back,
 * so that what comes and goes adds up to nothing. Home Assistant draws the line of its `total_increasing` there, too
 * (`reset_detected` in homeassistant/components/sensor/recorder.py).
 */
export const RESET_BELOW = 0.9;
/** What is less than nothing is no count: -9999 and the like say that there is none. */
export const LEAST_COUNT = 0;
/** From here on numbers can't be added up. */
export const COUNT_LIMIT = 1e290;

/** Whether a value counts; those that do not are passed over. */
export function isCount(value: number): boolean {
  return value >= LEAST_COUNT && value < COUNT_LIMIT;
}

/**
 * By how much a counter has risen from one count to the next. After a reset it has begun from zero. What it was before its first
 * reading nobody knows: `before` undefined is no rise.
 */
export function counterStep(before: number | undefined, count: number): number {
  if (before === undefined) return 0;
  return count < RESET_BELOW * before ? count : count - before;
}
