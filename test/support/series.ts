import type { Pool } from 'pg';
import { createPartitions } from '../../src/storage/partitions.ts';
import { loadSeriesCatalog } from '../../src/storage/series-catalog.ts';
import { formatMicros } from '../../src/telemetry/format-time.ts';
import type { Micros } from '../../src/telemetry/reading.ts';

export interface Row {
  readonly measuredAt: Micros;
  readonly value: number;
}

/** Makes a series with readings in it, without ingest; returns its id. */
export async function seedSeries(
  pool: Pool,
  series: { station: string; metric: string; unit: string | null },
  rows: readonly Row[],
): Promise<number> {
  const catalog = await loadSeriesCatalog(pool);
  await catalog.ensure([series]);
  const { id } = catalog.find(series.station, series.metric)!;
  await makePartitions(pool, rows);
  await insertRows(pool, id, rows);
  return id;
}

/** Makes the partitions that the readings belong in. */
export async function makePartitions(
  pool: Pool,
  readings: readonly { readonly measuredAt: Micros }[],
): Promise<void> {
  const partitions = createPartitions(pool);
  await partitions.create(partitions.missing(readings));
}

/** Rows that are there already stay; each is received a second after it was measured. Needs partitions. */
export async function insertRows(pool: Pool, seriesId: number, rows: readonly Row[]): Promise<void> {
  await pool.query(
    `INSERT INTO readings (series_id, measured_at, value, received_at)
     SELECT $1, time, value, time + interval '1 second' FROM unnest($2::timestamptz[], $3::float8[]) AS row (time, value)
     ON CONFLICT DO NOTHING`,
    [seriesId, rows.map(({ measuredAt }) => formatMicros(measuredAt)), rows.map(({ value }) => value)],
  );
}

/**
 * Adds readings every ten seconds, beside those of full hours, to months that there are already: then they take megabytes, beside which it is
 * nothing what PostgreSQL notes for itself meanwhile.
 * @param from as PostgreSQL reads it
 */
export async function fillUp(pool: Pool, seriesId: number, from: string, to: string): Promise<void> {
  await pool.query(
    `INSERT INTO readings SELECT $1, time, 20, time
     FROM generate_series($2::timestamptz + interval '5 seconds', $3::timestamptz, interval '10 seconds') AS time`,
    [seriesId, from, to],
  );
}
