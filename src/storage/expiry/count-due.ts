import type { Micros } from '../../telemetry/reading.ts';
import { int4Parameter, timestamptzParameter } from '../binary-arrays.ts';
import type { Queryable } from '../queryable.ts';

/** What comes before a time, of one series. */
export interface DueSpan {
  readonly id: number;
  readonly to: Micros;
}

export interface DueCount {
  readonly id: number;
  readonly count: number;
}

/** What is counted. */
export interface Due {
  readonly table: string;
  readonly timeColumn: 'measured_at' | 'bucket';
  readonly spans: readonly DueSpan[];
}

/** So many that a statement takes a second or so where a partition holds a reading a minute of each. */
const SERIES_AT_A_TIME = 50;

/** How many statements {@link countDue} takes. */
export function statementsFor({ spans }: Due): number {
  return Math.ceil(spans.length / SERIES_AT_A_TIME);
}

/**
 * Counts the rows of each series that are due; those that have none are left out.
 * @param onCounted told after each statement how many rows it has counted
 * @throws what the database reports
 */
export async function countDue(
  database: Queryable,
  { table, timeColumn, spans }: Due,
  onCounted: (rows: number) => void,
): Promise<readonly DueCount[]> {
  const counts: DueCount[] = [];
  for (let at = 0; at < spans.length; at += SERIES_AT_A_TIME) {
    const some = spans.slice(at, at + SERIES_AT_A_TIME);
    const { rows } = await database.query<DueCount & object>({
      text: `
        SELECT due.id, counted.count FROM unnest($1::int4[], $2::timestamptz[]) AS due (id, to_time), LATERAL (
          SELECT count(*)::float8 AS count FROM ${table} WHERE series_id = due.id AND ${timeColumn} < to_time
        ) AS counted
        WHERE counted.count > 0`,
      values: [int4Parameter(some.map(({ id }) => id)), timestamptzParameter(some.map(({ to }) => to))],
    });
    counts.push(...rows);
    onCounted(sumOf(rows));
  }
  return counts;
}

export function sumOf(counts: readonly DueCount[]): number {
  return counts.reduce((sum, { count }) => sum + count, 0);
}
