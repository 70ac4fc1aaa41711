import { SECTOR_DEGREES, SECTORS, type RoseCell } from '../../telemetry/wind-rose.ts';
import type { HistorySource } from '../../telemetry/history-plan.ts';
import type { Queryable } from '../queryable.ts';
import { ADDABLE } from '../rollups/from-readings.ts';
import { bucketOf, type Buckets } from './buckets-query.ts';
import { selectDirections } from './directions-query.ts';
import { partsOf, selectFrom, type SeriesSegment } from './segment-parts.ts';

const SPEED: Readonly<Record<HistorySource, string>> = {
  raw: `1::float8 AS count, ${ADDABLE} AS sum`,
  hour: 'count::float8 AS count, sum',
  day: 'count::float8 AS count, sum',
};

/** As `meanDirection` has it; NULL where vectors cancel each other out. */
const SECTOR = `CASE WHEN sqrt(sine_sum ^ 2 + cosine_sum ^ 2) > 1e-9 * directions
  THEN (floor(atan2d(sine_sum, cosine_sum) / ${SECTOR_DEGREES} + 0.5)::int + ${SECTORS}) % ${SECTORS} END`;

export interface RoseRequest {
  readonly directions: readonly SeriesSegment[];
  readonly speeds: readonly SeriesSegment[];
  readonly buckets: Buckets;
  /** Where classes of speed begin, in the unit of the speeds. */
  readonly classStarts: readonly number[];
}

/**
 * How many buckets of time have had wind of which sector and class: by the mean of the vectors of their directions, and the mean of
 * their speeds. One without a speed is left out, and so is one of wind that has no direction at all.
 * @throws what the database reports
 */
export async function readRoseCells(
  database: Queryable,
  { directions, speeds, buckets, classStarts }: RoseRequest,
): Promise<readonly RoseCell[]> {
  if (speeds.length === 0) return [];
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const starts = `${place([...classStarts])}::float8[]`;
  const parts = partsOf(speeds).map((part) => selectFrom(part, { columns: SPEED[part.source], place }));
  const both = [
    `SELECT time, count AS speeds, sum, 0::float8 AS directions, 0::float8 AS sine_sum, 0::float8 AS cosine_sum
      FROM (${parts.join(' UNION ALL ')}) AS part`,
  ];
  if (directions.length > 0) {
    both.push(
      `SELECT time, 0, 0, count, sine_sum, cosine_sum FROM (${selectDirections(directions, place)}) AS part`,
    );
  }
  // Added up rather than joined: the planner takes either side for a few rows, and looks through one for each of the other's.
  const { rows } = await database.query<RoseCell & object>({
    text: `
      SELECT CASE WHEN speed_class >= 0 THEN sector END AS sector, speed_class AS "speedClass", count(*)::float8 AS count
      FROM (
        SELECT width_bucket(sum / speeds, ${starts}) - 1 AS speed_class, ${SECTOR} AS sector, directions
        FROM (
          SELECT ${bucketOf(buckets, place)} AS bucket, sum(speeds) AS speeds, sum(sum) AS sum, sum(directions) AS directions,
            sum(sine_sum) AS sine_sum, sum(cosine_sum) AS cosine_sum
          FROM (${both.join(' UNION ALL ')}) AS both_of_them GROUP BY 1
        ) AS bucketed
        WHERE speeds > 0 AND sum >= 0 AND sum < 'Infinity'
      ) AS known
      WHERE speed_class < 0 OR directions > 0 GROUP BY 1, 2`,
    values,
  });
  return rows;
}
