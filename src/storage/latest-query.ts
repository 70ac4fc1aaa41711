import type { Pool } from 'pg';
import type { Micros } from '../telemetry/reading.ts';

/** A station, and the newest reading of one of its series; a station without readings has one row with nulls. */
export interface LatestRow {
  readonly station: string;
  readonly title: string | null;
  readonly metric: string | null;
  readonly unit: string | null;
  readonly value: number | null;
  readonly measuredAt: Micros | null;
  readonly receivedAt: Micros | null;
}

// One step down each series' index, from the newest partition on; history is not scanned.
const LATEST = `
  SELECT station, title, metric, unit, value,
    (extract(epoch FROM measured_at) * 1000000)::text AS "measuredAt",
    (extract(epoch FROM received_at) * 1000000)::text AS "receivedAt"
  FROM stations
  LEFT JOIN series ON series.station_id = stations.id
  LEFT JOIN LATERAL (
    SELECT value, measured_at, received_at FROM readings
    WHERE series_id = series.id ORDER BY measured_at DESC, received_at DESC LIMIT 1
  ) AS newest ON true`;

/** The newest reading of every series. Read once, at start; from then on memory is kept up by what is committed. */
export async function readLatest(pool: Pool): Promise<readonly LatestRow[]> {
  const { rows } = await pool.query<Record<keyof LatestRow, string | number | null>>(LATEST);
  return rows.map((row) => ({
    station: String(row.station),
    title: row.title === null ? null : String(row.title),
    metric: row.metric === null ? null : String(row.metric),
    unit: row.unit === null ? null : String(row.unit),
    value: row.value === null ? null : Number(row.value),
    measuredAt: row.measuredAt === null ? null : Number(row.measuredAt),
    receivedAt: row.receivedAt === null ? null : Number(row.receivedAt),
  }));
}
