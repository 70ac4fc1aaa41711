import type { Pool } from 'pg';

/** A series, as those who read its values know it. */
export interface NamedSeries {
  readonly seriesId: number;
  readonly station: string;
  readonly metric: string;
  /** The unit that its values are stored in. */
  readonly unit: string | null;
}

const FIND = `
  SELECT series.id AS "seriesId", station, metric, unit
  FROM series JOIN stations ON stations.id = station_id
  WHERE ($1::text IS NULL OR station = $1) AND ($2::text IS NULL OR metric = $2)
  ORDER BY station COLLATE "C", metric COLLATE "C"`;

/** All series, or those of a station, of a metric, or of both; by name. @throws what the database reports */
export async function readSeries(
  pool: Pool,
  { station, metric }: { readonly station?: string | undefined; readonly metric?: string | undefined },
): Promise<readonly NamedSeries[]> {
  return (await pool.query<NamedSeries>(FIND, [station ?? null, metric ?? null])).rows;
}
