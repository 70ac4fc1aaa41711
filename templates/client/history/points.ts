/*
 * What a line is drawn of: buckets, or single readings, in the order of their times. Times are seconds since 1970.
 */

/** Every array has an element for each point. New ones are added while the page is open. */
export interface Points {
  readonly t: number[];
  /** The mean of a bucket; `null` where it can't be told. */
  readonly value: (number | null)[];
  readonly low: number[];
  readonly high: number[];
  readonly count: number[];
}

/** How much time a point stands for. */
export interface PointWidth {
  /** As `every=` of the API: `raw` for single readings. */
  readonly every: string;
  /** 0 for single readings. */
  readonly seconds: number;
}

/** What the API answers for one series with `shape=columns`; directions have no lowest and highest. */
export interface SeriesColumns {
  readonly count: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly avg: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  /** How much has come, of what is counted. */
  readonly rise?: readonly (number | null)[];
}

const LEAST_STEP_S = 0.001;

export function newPoints(): Points {
  return { t: [], value: [], low: [], high: [], count: [] };
}

/**
 * Adds what was answered, without the places where the series has nothing.
 * @param offset is added to each time
 * @param times those of the answer
 */
export function addColumns(
  points: Points,
  times: readonly number[],
  { count, min, avg, max }: SeriesColumns,
  offset = 0,
): void {
  for (const [index, time] of times.entries()) {
    const many = count[index] ?? null;
    const value = avg[index] ?? null;
    const low = min[index] ?? value;
    const high = max[index] ?? value;
    if (many === null || low === null || high === null) continue;
    push(points, time + offset, { value, low, high, count: many });
  }
}

/** Adds how much has come in each bucket. */
export function addRises(
  points: Points,
  times: readonly number[],
  { count, rise = [] }: SeriesColumns,
  offset = 0,
): void {
  for (const [index, time] of times.entries()) {
    const value = rise[index] ?? null;
    if (value !== null) push(points, time + offset, { ...single(value), count: count[index] ?? 0 });
  }
}

/** Adds a reading that has just come. One that is older than the last point waits until all is fetched anew. */
export function addReading(points: Points, time: number, value: number, width: PointWidth): void {
  const last = points.t.length - 1;
  const lastTime = points.t[last];
  if (width.seconds === 0) {
    if (lastTime === undefined || time > lastTime) push(points, time, single(value));
    return;
  }
  const start = startOfBucket(time, lastTime, width);
  if (lastTime === undefined || start > lastTime) push(points, start, single(value));
  else if (start === lastTime) mix(points, last, value);
}

/** Adds a direction, in degrees: to 359°, 1° is two more and not 358 less. */
export function addDirection(points: Points, time: number, degrees: number, width: PointWidth): void {
  const before = points.value.at(-1) ?? degrees;
  addReading(points, time, before + ((degrees - before + 540) % 360) - 180, width);
  const after = points.value.at(-1) ?? null;
  if (after !== null) points.value[points.value.length - 1] = (after + 360) % 360;
}

/** Forgets what lies before a time, but for the last point, from which a line comes in. */
export function dropBefore(points: Points, time: number): void {
  const first = points.t.findIndex((one) => one >= time);
  const surplus = (first === -1 ? points.t.length : first) - 1;
  if (surplus <= 0) return;
  for (const column of [points.t, points.value, points.low, points.high, points.count])
    column.splice(0, surplus);
}

interface Point {
  readonly value: number | null;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

function single(value: number): Point {
  return { value, low: value, high: value, count: 1 };
}

function push(points: Points, time: number, { value, low, high, count }: Point): void {
  const last = points.t.at(-1);
  // A series may have two readings of one time, and no two points of a line may: they stand side by side.
  points.t.push(last !== undefined && time <= last ? last + LEAST_STEP_S : time);
  points.value.push(value);
  points.low.push(low);
  points.high.push(high);
  points.count.push(count);
}

function mix(points: Points, index: number, value: number): void {
  const count = points.count[index] ?? 0;
  const mean = points.value[index] ?? null;
  points.value[index] = mean === null ? null : mean + (value - mean) / (count + 1);
  points.low[index] = Math.min(points.low[index] ?? value, value);
  points.high[index] = Math.max(points.high[index] ?? value, value);
  points.count[index] = count + 1;
}

const DAY_S = 86_400;

/** Buckets of days and longer begin when those of the calendar do: the last one that is known is taken to go on. */
function startOfBucket(time: number, lastTime: number | undefined, { seconds }: PointWidth): number {
  if (seconds < DAY_S) return Math.floor(time / seconds) * seconds;
  return lastTime !== undefined && time >= lastTime ? lastTime : time;
}
