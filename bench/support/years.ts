import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Pool, type ClientConfig } from 'pg';
import { createPartitions, monthOf } from '../../src/storage/partitions.ts';

/** Readings of so many series over so many years, up to now, and what they come to. */
export interface Years {
  readonly series: number;
  readonly years: number;
  readonly everySeconds: number;
  /** The owner's, of which the days are. */
  readonly timeZone: string;
}

export interface Filled {
  readonly seriesIds: readonly number[];
  readonly readings: number;
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

export interface YearsOnDisk {
  /** Of one reading, with its entry in the index. */
  readonly bytesPerReading: number;
  /** Of hours and days, for each reading. */
  readonly rolledUpBytesPerReading: number;
}

export const METRIC = 'temperature';
/** What a reading and its roll-ups take, and some more for the log of changes. */
const BYTES_PER_READING = 110;
const SPARE_BYTES = 4e9;

export function stationOf(index: number): string {
  return `years-${index}`;
}

/** In milliseconds; a year is that of the calendar on average. */
export function lengthOf({ years }: Pick<Years, 'years'>): number {
  return Math.floor(years * 365.25 * 24) * 3_600_000;
}

/** @throws when it would not fit on the disk */
export async function requireSpace(wanted: Years): Promise<void> {
  const readings = (wanted.series * lengthOf(wanted)) / 1000 / wanted.everySeconds;
  const needed = readings * BYTES_PER_READING + SPARE_BYTES;
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize >= needed) return;
  const [need, have] = [needed, bavail * bsize].map((bytes) => `${(bytes / 1e9).toFixed(0)} GB`);
  throw new Error(
    `${tmpdir()} has ${have} free, and this takes ${need}: ask for fewer with --series or --years`,
  );
}

/**
 * Fills the table, reading by reading of all series by turns, as ingest would have done, but straight into the partitions: triggers would mark
 * everything for the worker, which is not what is measured. The last month and the one before have their key from the
 * beginning, as with ingest; the others get it afterwards, which takes a third of the time, and half of the space for its index. Then
 * rolls it up in SQL.
 */
export async function fillYears(
  connection: ClientConfig,
  wanted: Years,
  say: (progress: string) => void,
): Promise<Filled> {
  const client = new Client(connection);
  await client.connect();
  const pool = new Pool(connection);
  const partitions = createPartitions(pool);
  const to = Math.floor(Date.now() / 1000 / wanted.everySeconds) * wanted.everySeconds * 1000;
  const from = to - lengthOf(wanted);
  await untilWorkerRests(client, wanted.timeZone);
  const seriesIds = await makeSeries(client, wanted.series);
  const months = monthsBetween(from, to);
  let readings = 0;
  for (const [index, month] of months.entries()) {
    const name = monthOf(month.from * 1000);
    const table = `readings_${name.replace('-', '_')}`;
    if (index >= months.length - 2) await partitions.create([name]);
    else await client.query(`CREATE TABLE ${table} (LIKE readings INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
    readings += await fillTable(client, table, month, { seriesIds, everySeconds: wanted.everySeconds });
    await partitions.create([name]);
    await client.query(`VACUUM ANALYZE ${table}`);
    await client.query(ROLL_UP_HOURS, [new Date(month.from), new Date(month.to)]);
    say(`history: ${(readings / 1e6).toFixed(1)} million readings, with ${name}`);
  }
  await client.query(ROLL_UP_DAYS, [wanted.timeZone]);
  await client.query('VACUUM ANALYZE rollups_hour, rollups_day');
  await client.query('CHECKPOINT');
  await client.end();
  await pool.end();
  return { seriesIds, readings, from, to };
}

/** Of the last month but one, which was filled as ingest does it. */
export async function sizeOnDisk(connection: ClientConfig, { readings, to }: Filled): Promise<YearsOnDisk> {
  const client = new Client(connection);
  await client.connect();
  const [year, month] = monthOf(to * 1000)
    .split('-')
    .map(Number);
  const table = `readings_${monthOf(Date.UTC(year!, month! - 2) * 1000).replace('-', '_')}`;
  const { rows } = await client.query<{ raw: number; rolled: number }>(
    `SELECT pg_total_relation_size('${table}')::float8 / (SELECT count(*) FROM ${table}) AS raw,
       (pg_total_relation_size('rollups_hour') + pg_total_relation_size('rollups_day'))::float8 AS rolled`,
  );
  await client.end();
  const { raw, rolled } = rows[0]!;
  return { bytesPerReading: raw, rolledUpBytesPerReading: rolled / readings };
}

/** What is then put in for a time before is left alone by the worker. */
async function untilWorkerRests(client: Client, timeZone: string): Promise<void> {
  for (;;) {
    const { rowCount } = await client.query(
      `SELECT FROM rollup_state WHERE rolled_until > now() - interval '2 hours' AND time_zone = $1`,
      [timeZone],
    );
    if (rowCount === 1) return;
    await pause(200);
  }
}

async function makeSeries(client: Client, count: number): Promise<readonly number[]> {
  const names = Array.from({ length: count }, (_, index) => stationOf(index));
  await client.query('INSERT INTO stations (station) SELECT unnest($1::text[])', [names]);
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO series (station_id, metric, unit)
     SELECT id, $2, '°C' FROM stations WHERE station = ANY ($1) ORDER BY id RETURNING id`,
    [names, METRIC],
  );
  return rows.map(({ id }) => id);
}

interface Month {
  readonly from: number;
  readonly to: number;
}

function monthsBetween(from: number, to: number): readonly Month[] {
  const months: Month[] = [];
  for (let start = from; start < to; ) {
    const date = new Date(start);
    const next = Math.min(to, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1));
    months.push({ from: start, to: next });
    start = next;
  }
  return months;
}

async function fillTable(
  client: Client,
  table: string,
  { from, to }: Month,
  { seriesIds, everySeconds }: { readonly seriesIds: readonly number[]; readonly everySeconds: number },
): Promise<number> {
  const times = Math.ceil((to - from) / 1000 / everySeconds);
  const { rowCount } = await client.query(
    `INSERT INTO ${table} (series_id, measured_at, value, received_at)
     SELECT ($1::int[])[1 + number % $2::int], time, (number * 7919::bigint % 397)::float8 / 10, time + interval '300 ms'
     FROM generate_series(0, $2::int * $3::int - 1) AS number,
       LATERAL (SELECT $4::timestamptz + number / $2::int * $5::interval AS time) AS clock`,
    [seriesIds, seriesIds.length, times, new Date(from), `${everySeconds} seconds`],
  );
  return rowCount ?? 0;
}

/** What is not part of a history stands for what it would be: it takes the same space. */
const SUMS = 'sum(count)::bigint, sum(sum), min(min), max(max), 0, 0, min(min_at), min(min_at)';
const ROLL_UP_HOURS = `
  INSERT INTO rollups_hour
  SELECT series_id, hour, count(*), sum(value), min(value), max(value), 0, 0, min(measured_at), min(measured_at)
  FROM readings, rollup_state, date_bin('1 hour', measured_at, 'epoch') AS hour
  WHERE measured_at >= $1 AND measured_at < $2 AND measured_at < rolled_until GROUP BY 1, 2 ORDER BY 2, 1
  ON CONFLICT DO NOTHING`;
const ROLL_UP_DAYS = `
  INSERT INTO rollups_day
  SELECT series_id, day AT TIME ZONE $1, ${SUMS}
  FROM rollups_hour, rollup_state, date_trunc('day', bucket AT TIME ZONE $1) AS day
  WHERE (day + interval '1 day') AT TIME ZONE $1 <= rolled_until GROUP BY 1, 2 ORDER BY 2, 1
  ON CONFLICT DO NOTHING`;
