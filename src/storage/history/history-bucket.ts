import type { MetricKind } from '../../telemetry/metric-kind.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Bucket } from './buckets-query.ts';
import type { DirectionBucket } from './directions-query.ts';
import type { Rises } from './rises-query.ts';

/** What the readings of one series in a stretch of time come to, as its kind has it. */
export interface HistoryBucket {
  /** When it begins, which may be before the first of what was asked for. */
  readonly time: Micros;
  readonly count: number;
  /** In the series' unit, as all that follow. `null` of directions, of which none is the lowest. */
  readonly min: number | null;
  /** Of directions that of their vectors. `null` where there is none: values can't be added up, or directions cancel each other out. */
  readonly avg: number | null;
  readonly max: number | null;
  /**
   * Of counters and increments alone: how much has come with the readings of the bucket, counted from the one before it. `null` where they tell
   * nothing of it.
   */
  readonly rise?: number | null;
}

/** Whether buckets of this kind say how much has come. */
export function hasRises(kind: MetricKind): boolean {
  return kind === 'counter' || kind === 'increment';
}

export function ofDirections({ time, count, avg }: DirectionBucket): HistoryBucket {
  return { time, count, min: null, avg, max: null };
}

/** @param rises of the series, if it is a counter */
export function ofValues(kind: MetricKind, bucket: Bucket, rises: Rises | undefined): HistoryBucket {
  if (kind === 'counter') return { ...bucket, rise: rises?.get(bucket.time) ?? null };
  // What increments come to is their sum.
  if (kind === 'increment')
    return { ...bucket, rise: bucket.avg === null ? null : bucket.avg * bucket.count };
  return bucket;
}
