import { Client, Pool } from 'pg';
import { createPartitions } from '../src/storage/partitions.ts';
import { type Claim, compare, eachRound } from './support/claim.ts';
import { stationName } from './support/load.ts';
import type { Thermograph } from './support/thermograph.ts';

const PATTERN = { stations: 50, window: 20 };
const ROWS = 50_000_000;
const QUICK_ROWS = 200_000;
const MINUTE_MS = 60_000;

/** The rate on a table that holds years of history, beside the same on an empty one. */
export const growth: Claim = {
  name: 'growth',
  async measure({ effort, say, thermograph }) {
    const service = await thermograph();
    await service.truncate();
    const measure = (when: string) =>
      eachRound(effort, async (round) => {
        await service.checkpoint();
        const { rate } = await service.load({ ...PATTERN, ...effort });
        say(`growth, ${when}, round ${round}: ${Math.round(rate)}/s`);
        return rate;
      });
    const empty = await measure('empty table');
    const rows = effort.isQuick ? QUICK_ROWS : ROWS;
    await fill(service, rows, say);
    const full = await measure(`${rows / 1e6} million rows`);
    const row = {
      claim: `rate with ${rows / 1e6} million rows in the table`,
      unit: 'readings/s',
      reference: 'with an empty table',
      goal: { atLeast: 0.85 },
    };
    await service.truncate();
    return [compare(row, full, empty)];
  },
};

/**
 * A reading a minute of each station of the load, up to the end of this month: the partition that takes the load's
 * readings is to be as full as any.
 */
async function fill(
  { connection }: Thermograph,
  rows: number,
  say: (progress: string) => void,
): Promise<void> {
  const minutes = rows / PATTERN.stations;
  const now = new Date();
  const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  const months = monthsBetween(end - minutes * MINUTE_MS, end);
  const pool = new Pool(connection);
  const partitions = createPartitions(pool);
  await partitions.create(partitions.missing(months.map(({ from }) => ({ measuredAt: from * 1000 }))));
  await pool.end();
  const client = new Client(connection);
  await client.connect();
  const stations = Array.from({ length: PATTERN.stations }, (_, index) => stationName(index));
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
    say(`growth: ${(filled / 1e6).toFixed(1)} of ${rows / 1e6} million rows`);
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
