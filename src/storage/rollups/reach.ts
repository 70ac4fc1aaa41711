import { EARLIEST_WRITABLE, formatMicros } from '../../telemetry/format-time.ts';
import type { Micros } from '../../telemetry/reading.ts';
import type { Queryable } from '../queryable.ts';

// One step down the index of each series and, where it is empty there, of each later partition.
const FIRST_READING = `
  SELECT (extract(epoch FROM min(found.measured_at)) * 1000000)::float8 AS time FROM series, LATERAL (
    SELECT measured_at FROM readings
    WHERE series_id = series.id AND measured_at >= $1 AND measured_at < $2 ORDER BY measured_at LIMIT 1
  ) AS found`;
const FIRST_HOUR = `
  SELECT (extract(epoch FROM min(found.bucket)) * 1000000)::float8 AS time FROM series, LATERAL (
    SELECT bucket FROM rollups_hour WHERE series_id = series.id ORDER BY bucket LIMIT 1
  ) AS found`;

/** All series, oldest first. @throws what the database reports */
export async function readSeriesIds(database: Queryable): Promise<readonly number[]> {
  const { rows } = await database.query<{ id: number }>({ text: 'SELECT id FROM series ORDER BY id' });
  return rows.map(({ id }) => id);
}

/** The time of the first reading of any series in a stretch, `to` excluded. @throws what the database reports */
export async function firstReading(
  database: Queryable,
  from: Micros,
  to: Micros,
): Promise<Micros | undefined> {
  const values = [formatMicros(Math.max(from, EARLIEST_WRITABLE)), formatMicros(to)];
  return first(database, { text: FIRST_READING, values });
}

/** The first hour of any series that is rolled up. @throws what the database reports */
export async function firstHour(database: Queryable): Promise<Micros | undefined> {
  return first(database, { text: FIRST_HOUR, values: [] });
}

async function first(
  database: Queryable,
  query: { text: string; values: string[] },
): Promise<Micros | undefined> {
  const { rows } = await database.query<{ time: number | null }>(query);
  return rows[0]?.time ?? undefined;
}
