import { Client, Pool } from 'pg';
import { createPartitions } from '../../src/storage/partitions.ts';
import { stationName } from './load.ts';
import type { Thermograph } from './thermograph.ts';

const MINUTE_MS = 60_000;

/**
 * A reading a minute of each station of the load, up to the end of this month: the partition that takes the load's
 * readings is to be as full as any. Makes their series, unless the load has.
 */
export async function fill(
  { connection }: Pick<Thermograph, 'connection'>,
  { rows, stations: count }: { readonly rows: number; readonly stations: number },
  say: (progress: string) => void,
): Promise<void> {
  const minutes = rows / count;
  const now = new Date();
  const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  const months = monthsBetween(end - minutes * MINUTE_MS, end);
  const pool = new Pool(connection);
  const partitions = createPartitions(pool);
  await partitions.create(partitions.missing(months.map(({ from }) => ({ measuredAt: from * 1000 }))));
  await pool.end();
  const client = new Client(connection);
  await client.connect();
  const stations = Array.from({ length: count }, (_, index) => stationName(index));
  await client.query('INSERT INTO stations (station) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
    stations,
  ]);
  await client.query(
    `INSERT INTO series (station_id, metric, unit) SELECT id, 'temperature', '°C' FROM stations WHERE station = ANY ($1)
     ON CONFLICT DO NOTHING`,
    [stations],
  );
  let filled = 0;
  for (const { from, to } of months) {
    const { rowCount } = await client.query(
      `INSERT INTO readings (series_id, measured_at, value, received_at)
       SELECT series.id, time, round((random() * 40 - 10)::numeric, 1), time
       FROM series JOIN stations ON stations.id = station_id, generate_series($1::timestamptz, $2::timestamptz, '1 minute') AS time
       WHERE station = ANY ($3) AND metric = 'temperature'`,
      [new Date(from), new Date(to - MINUTE_MS), stations],
    );
    filled += rowCount ?? 0;
    say(`${(filled / 1e6).toFixed(1)} of ${rows / 1e6} million rows`);
  }
  await client.query('VACUUM ANALYZE readings');
  await client.end();
}

/** The parts of the span that lie in one month each, in milliseconds since the epoch. */
function monthsBetween(from: number, to: number): readonly { readonly from: number; readonly to: number }[] {
  const parts = [];
  for (let start = from; start < to; ) {
    const date = new Date(start);
    const next = Math.min(to, Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1));
    parts.push({ from: start, to: next });
    start = next;
  }
  return parts;
}
