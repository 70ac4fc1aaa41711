import type { Pool } from 'pg';
import { formatMicros } from '../telemetry/format-time.ts';
import type { Micros } from '../telemetry/reading.ts';

export type Order = 'asc' | 'desc';

/** What is known of a metric of a station. */
export type FoundSeries =
  | { readonly kind: 'found'; readonly seriesId: number; readonly unit: string | null }
  | { readonly kind: 'station-unknown' }
  | { readonly kind: 'metric-unknown' };

/** A place between two rows of a series: just past the one with this key. */
export interface Position {
  readonly measuredAt: Micros;
  readonly value: number;
}

export interface ReadingRow {
  readonly measuredAt: Micros;
  readonly receivedAt: Micros;
  /** In the series' unit. */
  readonly value: number;
}

export interface ReadingsRequest {
  readonly seriesId: number;
  readonly order: Order;
  readonly limit: number;
  /** Inclusive. */
  readonly from?: Micros | undefined;
  /** Exclusive. */
  readonly to?: Micros | undefined;
  /** Goes on behind this row, in the direction of `order`. */
  readonly after?: Position | undefined;
}

const FIND_SERIES = `
  SELECT series.id AS "seriesId", series.unit
  FROM stations LEFT JOIN series ON series.station_id = stations.id AND series.metric = $2
  WHERE stations.station = $1`;

/** @throws what the database reports */
export async function findSeries(pool: Pool, station: string, metric: string): Promise<FoundSeries> {
  const { rows } = await pool.query<{ seriesId: number | null; unit: string | null }>(FIND_SERIES, [
    station,
    metric,
  ]);
  const row = rows[0];
  if (row === undefined) return { kind: 'station-unknown' };
  if (row.seriesId === null) return { kind: 'metric-unknown' };
  return { kind: 'found', seriesId: row.seriesId, unit: row.unit };
}

/**
 * Readings of one series, by measured-at and then by value, which is the primary key: the row comparison starts the
 * index scan at the position itself, so the thousandth page costs what the first does, and rows that arrive meanwhile
 * move nothing. @throws what the database reports
 */
export async function readReadings(
  database: Pick<Pool, 'query'>,
  request: ReadingsRequest,
): Promise<readonly ReadingRow[]> {
  const { text, values } = selectReadings(request);
  // bigint comes as text; epoch is numeric in PostgreSQL, so no microsecond is rounded away.
  const { rows } = await database.query<{ measuredAt: string; receivedAt: string; value: number }>(
    text,
    values,
  );
  return rows.map((row) => ({
    measuredAt: Number(row.measuredAt),
    receivedAt: Number(row.receivedAt),
    value: row.value,
  }));
}

function selectReadings(request: ReadingsRequest): StatementParts {
  const { text, values } = chooseReadings(request);
  return {
    text: `
    SELECT (extract(epoch FROM measured_at) * 1000000)::bigint AS "measuredAt",
      (extract(epoch FROM received_at) * 1000000)::bigint AS "receivedAt", value
    ${text}`,
    values,
  };
}

interface StatementParts {
  readonly text: string;
  readonly values: (string | number)[];
}

/** All of the statement but what is selected. */
export function chooseReadings(request: ReadingsRequest): StatementParts {
  const values: (string | number)[] = [request.seriesId];
  const place = (value: string | number): string => `$${values.push(value)}`;
  const placeTime = (time: Micros): string => `${place(formatMicros(time))}::timestamptz`;
  const conditions = ['series_id = $1'];
  if (request.from !== undefined) conditions.push(`measured_at >= ${placeTime(request.from)}`);
  if (request.to !== undefined) conditions.push(`measured_at < ${placeTime(request.to)}`);
  if (request.after !== undefined) {
    const time = placeTime(request.after.measuredAt);
    const sign = request.order === 'asc' ? '>' : '<';
    conditions.push(`(measured_at, value) ${sign} (${time}, ${place(request.after.value)}::float8)`);
    // Implied by the row comparison, which does not prune partitions.
    conditions.push(`measured_at ${sign}= ${time}`);
  }
  const text = `
    FROM readings WHERE ${conditions.join(' AND ')}
    ORDER BY measured_at ${request.order}, value ${request.order} LIMIT ${place(request.limit)}`;
  return { text, values };
}
