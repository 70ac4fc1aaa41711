import { setTimeout as pause } from 'node:timers/promises';
import { Pool, type PoolClient } from 'pg';
import { withMaintenanceLock } from '../src/storage/maintenance-lock.ts';
import { createPartitions } from '../src/storage/partitions.ts';
import { runRollups } from '../src/storage/rollups/run.ts';
import { createPace, newDone, prepareSession } from '../src/storage/rollups/work.ts';
import { type Bench, type Claim, compare, eachRound, type Goal, type Row } from './support/claim.ts';
import { stationName } from './support/load.ts';
import type { Thermograph } from './support/thermograph.ts';

interface Pattern {
  readonly title: string;
  readonly load: Omit<Parameters<Thermograph['load']>[0], 'warmUpSeconds' | 'seconds'>;
  readonly goal: Goal | undefined;
}

const STATIONS = 50;
const PATTERNS: readonly Pattern[] = [
  {
    title: '50 stations, window 20',
    load: { stations: STATIONS, window: 20 },
    goal: { atLeast: 0.9 },
  },
  {
    title: '500 stations, window 2, a segment each',
    load: { stations: 500, window: 2, segmented: true },
    goal: { atLeast: 0.9 },
  },
  { title: 'one station, window 1', load: { stations: 1, window: 1 }, goal: undefined },
  {
    title: 'a backlog for hours that are rolled up, JSON arrays of 100',
    load: { stations: 20, window: 4, readingsPerMessage: 100 },
    goal: { atLeast: 0.9 },
  },
];

/** A month that has been over for long. */
const MONTH = { from: Date.UTC(2026, 0), to: Date.UTC(2026, 1) } as const;
const QUICK_MONTH = { from: MONTH.from, to: Date.UTC(2026, 0, 2) } as const;
const MINUTE_MS = 60_000;

/** What roll-ups cost ingest, and how fast they are made of readings that are there already. */
export const rollups: Claim = {
  name: 'rollups',
  async measure(bench) {
    const service = await bench.thermograph();
    const pool = new Pool(service.connection);
    try {
      const rows: Row[] = [];
      for (const pattern of PATTERNS) rows.push(await measureCost(pattern, bench, service, pool));
      rows.push(await measureCatchUp(bench, service, pool));
      return rows;
    } finally {
      await pool.end();
    }
  },
};

async function measureCost(
  { title, load, goal }: Pattern,
  { effort, say }: Bench,
  service: Thermograph,
  pool: Pool,
): Promise<Row> {
  const measure = async (): Promise<number> => {
    const { rate } = await service.load({ ...load, ...effort });
    await service.truncate();
    await service.checkpoint();
    return rate;
  };
  const rounds = await eachRound(effort, async (round) => {
    // What the first of the two leaves to the second is not always on the same one.
    const first = round % 2 === 1 ? await measure() : undefined;
    const plain = await withoutRollups(pool, measure);
    const rolled = first ?? (await measure());
    say(`${title}, round ${round}: with roll-ups ${Math.round(rolled)}/s, without ${Math.round(plain)}/s`);
    return { rolled, plain };
  });
  return compare(
    {
      claim: `rate with roll-ups: ${title}`,
      unit: 'readings/s',
      reference: 'without: triggers disabled, no worker',
      goal,
    },
    rounds.map(({ rolled }) => rolled),
    rounds.map(({ plain }) => plain),
  );
}

async function withoutRollups(pool: Pool, measure: () => Promise<number>): Promise<number> {
  return holdingWorker(pool, async () => {
    await pool.query('ALTER TABLE readings DISABLE TRIGGER USER');
    try {
      return await measure();
    } finally {
      await pool.query('ALTER TABLE readings ENABLE TRIGGER USER');
    }
  });
}

/** While it lasts the service's own worker has nothing to do. */
async function holdingWorker<T>(pool: Pool, body: (session: PoolClient) => Promise<T>): Promise<T> {
  for (;;) {
    const held = await withMaintenanceLock(pool, async (session) => ({ result: await body(session) }));
    if (held !== undefined) return held.result;
    await pause(20);
  }
}

/** All at once, with none of the rests that the service leaves between two transactions. */
async function measureCatchUp({ effort, say }: Bench, service: Thermograph, pool: Pool): Promise<Row> {
  await service.truncate();
  const month = effort.isQuick ? QUICK_MONTH : MONTH;
  const rounds = await holdingWorker(pool, async (session) => {
    await pool.query('ALTER TABLE readings DISABLE TRIGGER USER');
    const readings = await fill(pool, month);
    await pool.query('ALTER TABLE readings ENABLE TRIGGER USER');
    await prepareSession(session);
    return eachRound(effort, async (round) => {
      await pool.query(`
        DELETE FROM rollups_hour; DELETE FROM rollups_day; DELETE FROM rollup_marks;
        UPDATE rollup_state SET rolled_until = '-infinity'`);
      await service.checkpoint();
      const grouped = await seconds(() => pool.query(GROUP_BY));
      const rolled = await seconds(() => runAll(session));
      const rates = { rolled: readings / rolled, grouped: readings / grouped };
      say(
        `catching up, round ${round}: ${Math.round(rates.rolled)}/s; GROUP BY ${Math.round(rates.grouped)}/s`,
      );
      return rates;
    });
  });
  await service.truncate();
  return compare(
    {
      claim: `catching up with a month of ${STATIONS} series, a reading a minute each`,
      unit: 'readings/s',
      reference: 'count, sum, min and max of the same by GROUP BY, stored nowhere',
      goal: undefined,
    },
    rounds.map(({ rolled }) => rolled),
    rounds.map(({ grouped }) => grouped),
  );
}

const GROUP_BY = `
  SELECT sum(count), sum(sum), min(min), max(max) FROM (
    SELECT count(*) AS count, sum(value) AS sum, min(value) AS min, max(value) AS max FROM readings
    GROUP BY series_id, date_bin('1 hour', measured_at, '2000-01-01Z')
  ) AS hour`;

async function runAll(session: PoolClient): Promise<void> {
  const parts = { pace: createPace(), signal: new AbortController().signal, rest: async () => {} };
  const zone = { wanted: 'UTC', isInsistedOn: false };
  while ((await runRollups({ ...parts, session, done: newDone() }, zone)).isWaiting) await pause(10);
}

/** @returns how many readings there are then */
async function fill(pool: Pool, { from, to }: { from: number; to: number }): Promise<number> {
  const partitions = createPartitions(pool);
  await partitions.create(partitions.missing([{ measuredAt: from * 1000 }]));
  const stations = Array.from({ length: STATIONS }, (_, index) => stationName(index));
  const { rowCount } = await pool.query(
    `INSERT INTO readings (series_id, measured_at, value, received_at)
     SELECT series.id, time, round((random() * 40 - 10)::numeric, 1), time
     FROM series JOIN stations ON stations.id = station_id, generate_series($1::timestamptz, $2::timestamptz, '1 minute') AS time
     WHERE station = ANY ($3) AND metric = 'temperature'`,
    [new Date(from), new Date(to - MINUTE_MS), stations],
  );
  await pool.query('VACUUM ANALYZE readings');
  return rowCount ?? 0;
}

async function seconds(body: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await body();
  return (performance.now() - startedAt) / 1000;
}
