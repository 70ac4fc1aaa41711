import type { MetricDisplay } from '../telemetry/station.ts';
import type { Queryable } from './queryable.ts';

/** How the owner wants a metric of a station to be shown. */
export interface SeriesDisplay extends MetricDisplay {
  readonly station: string;
  readonly metric: string;
}

const FROM = 'FROM series JOIN stations ON stations.id = station_id';
const COLUMNS =
  'station, metric, display_title AS title, display_unit AS unit, display_position AS "position", is_hidden AS "isHidden"';

/** Of the series of which the owner has said anything, by name. @throws what the database reports */
export async function readMetricDisplays(database: Queryable): Promise<readonly SeriesDisplay[]> {
  const { rows } = await database.query<SeriesDisplay>({
    text: `SELECT ${COLUMNS} ${FROM}
      WHERE display_title IS NOT NULL OR display_unit IS NOT NULL OR display_position IS NOT NULL OR is_hidden
      ORDER BY station, metric`,
  });
  return rows;
}

/** Of one series, with the unit that its values are stored in; `undefined` if there is none. @throws what the database reports */
export async function findMetricDisplay(
  database: Queryable,
  station: string,
  metric: string,
): Promise<(SeriesDisplay & { readonly storedUnit: string | null }) | undefined> {
  const { rows } = await database.query<SeriesDisplay & { storedUnit: string | null }>({
    text: `SELECT ${COLUMNS}, series.unit AS "storedUnit" ${FROM} WHERE station = $1 AND metric = $2`,
    values: [station, metric],
  });
  return rows[0];
}

/** Changes all of it. @throws what the database reports */
export async function writeMetricDisplay(
  database: Queryable,
  { station, metric, title, unit, position, isHidden }: SeriesDisplay,
): Promise<void> {
  await database.query({
    text: `UPDATE series SET display_title = $3, display_unit = $4, display_position = $5, is_hidden = $6
      WHERE station_id = (SELECT id FROM stations WHERE station = $1) AND metric = $2`,
    values: [station, metric, title, unit, position, isHidden],
  });
}
