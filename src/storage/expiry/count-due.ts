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

/** So many that a statement takes a second or so where a partition holds a reading a minute of each. */
const SERIES_AT_A_TIME = 50;

/** Counts the rows of each series that are due; those that have none are left out. @throws what the database reports */
export async function countDue(
  database: Queryable,
  table: string,
  timeColumn: 'measured_at' | 'bucket',
  spans: readonly DueSpan[],
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
  }
  return counts;
}
