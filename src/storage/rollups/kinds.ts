import { COUNT_LIMIT, LEAST_COUNT, RESET_BELOW } from '../../telemetry/counter.ts';
import type { MetricKind } from '../../telemetry/metric-kind.ts';

/** Kinds of series of which more is rolled up than of others. */
export type RolledKind = Extract<MetricKind, 'direction' | 'counter'>;

/** What `series.kind` is to be for a kind of metric: what increments come to is in the sums already. */
export function rolledKind(kind: MetricKind): RolledKind | null {
  return kind === 'direction' || kind === 'counter' ? kind : null;
}

/** Whether a reading's value is a direction; as `isDirection` has it. */
export const IS_DIRECTION = 'value BETWEEN -360 AND 360';
/** A direction as a unit vector, and no vector for what is none. In degrees: sines and cosines of right angles are exact. */
export const SINE = `CASE WHEN ${IS_DIRECTION} THEN sind(value) ELSE 0 END`;
export const COSINE = `CASE WHEN ${IS_DIRECTION} THEN cosd(value) ELSE 0 END`;

/** Whether a reading's value is a count; as `isCount` has it. */
export const IS_COUNT = `value >= ${LEAST_COUNT} AND value < ${COUNT_LIMIT}`;

/** As `counterStep` has it. @param before null: it is the first count */
export function stepSql(before: string, count: string): string {
  return `(CASE WHEN ${before} IS NULL THEN 0
    WHEN ${count} < ${RESET_BELOW}::float8 * ${before} THEN ${count} ELSE ${count} - ${before} END)`;
}
