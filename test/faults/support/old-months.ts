import type { Pool } from 'pg';
import { createPartitions, type Month, monthOf } from '../../../src/storage/partitions.ts';
import { seedSeries } from '../../support/series.ts';

/** Of a month; so few to a page that it takes a few megabytes. */
const ROWS = 4_000;
const FILL_FACTOR = 10;
/** A row of it takes a page. */
const BALLAST_BYTES = 8_192;
const HOUR_MS = 3_600_000;

/** Months of readings that are over, and that a service may let go. */
export interface OldMonths {
  /** The oldest first. */
  readonly months: readonly Month[];
  /** Of a month, in the table or in roll-ups. */
  readonly rows: number;
  /** On disk, of an average one. */
  readonly bytes: number;
}

/** Fills that many months, the last of which ended a year ago. @throws what the database reports */
export async function fillOldMonths(pool: Pool, count: number): Promise<OldMonths> {
  const now = new Date();
  const starts = Array.from({ length: count }, (_, n) =>
    Date.UTC(now.getUTCFullYear() - 1, now.getUTCMonth() - count + n),
  );
  const months = starts.map((start) => monthOf(start * 1000));
  await createPartitions(pool).create(months);
  for (const month of months)
    await pool.query(`ALTER TABLE ${tableOf(month)} SET (fillfactor = ${FILL_FACTOR})`);
  const stepMs = (28 * 24 * HOUR_MS) / ROWS;
  for (const start of starts) {
    const rows = Array.from({ length: ROWS }, (_, n) => ({
      measuredAt: (start + n * stepMs) * 1000,
      value: n,
    }));
    await seedSeries(pool, { station: 'old', metric: 'temperature', unit: null }, rows);
  }
  const { rows } = await pool.query<{ bytes: number }>(
    'SELECT avg(pg_total_relation_size(name::regclass))::float8 AS bytes FROM unnest($1::text[]) AS name',
    [months.map(tableOf)],
  );
  await pool.query(
    'CREATE TABLE ballast (bytes text); ALTER TABLE ballast ALTER bytes SET STORAGE PLAIN, SET (autovacuum_enabled = off)',
  );
  return { months, rows: ROWS, bytes: rows[0]!.bytes };
}

export async function databaseBytes(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ bytes: number }>(
    'SELECT pg_database_size(current_database())::float8 AS bytes',
  );
  return rows[0]!.bytes;
}

/** Makes the database as large as that, with what is no reading. @throws what the database reports */
export async function growTo(pool: Pool, bytes: number): Promise<void> {
  const missing = Math.ceil((bytes - (await databaseBytes(pool))) / BALLAST_BYTES);
  if (missing > 0)
    await pool.query(`INSERT INTO ballast SELECT repeat('x', 5000) FROM generate_series(1, $1)`, [missing]);
}

/** What has become of old months that does not hold. @throws what the database reports */
export async function findWrong(pool: Pool, { months, rows }: OldMonths): Promise<readonly string[]> {
  const found = await pool.query<{ month: Month; stored: number; rolled: number; drops: number }>(
    `SELECT month,
      (SELECT count(*)::int FROM readings WHERE series_id = id AND measured_at >= start AND measured_at < start + interval '1 month') AS stored,
      (SELECT coalesce(sum(count), 0)::int FROM rollups_hour
        WHERE series_id = id AND bucket >= start AND bucket < start + interval '1 month') AS rolled,
      (SELECT count(*)::int FROM dropped_partitions WHERE dropped_partitions.month = start) AS drops
    FROM unnest($1::text[]) AS month, LATERAL (SELECT (month || '-01T00:00Z')::timestamptz AS start) AS bounds,
      (SELECT series.id FROM series JOIN stations ON stations.id = station_id WHERE station = 'old') AS series
    ORDER BY month`,
    [months],
  );
  const { rows: loose } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relname LIKE 'readings\\_2%' AND relkind = 'r'
      AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid AND NOT inhdetachpending)`,
  );
  const gone = found.rows.filter(({ drops }) => drops > 0).length;
  return [
    ...loose.map(({ name }) => `${name} is there, and no part of readings`),
    ...found.rows.flatMap(({ month, stored, rolled, drops }, n) => [
      ...(drops === (n < gone ? 1 : 0) ? [] : [`${month} was dropped ${drops} times, of ${gone} months`]),
      ...(stored === (drops > 0 ? 0 : rows) ? [] : [`${month} has ${stored} readings of ${rows}`]),
      ...(rolled === rows ? [] : [`the roll-ups of ${month} have ${rolled} readings of ${rows}`]),
    ]),
  ];
}

function tableOf(month: Month): string {
  return `readings_${month.replace('-', '_')}`;
}
