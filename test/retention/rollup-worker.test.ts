import { Client, Pool } from 'pg';
import { pino } from 'pino';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  createRollupWorker,
  type RollupTimings,
  type RollupWorker,
  type RollupWorkerOptions,
} from '../../src/retention/rollup-worker.ts';
import { withMaintenanceLock } from '../../src/storage/maintenance-lock.ts';
import { useTestDatabase, type TestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { wrongRollups } from '../support/rollups.ts';
import { insertRows, seedSeries } from '../support/series.ts';

const HOUR_MS = 3_600_000;
const QUICK: RollupTimings = {
  firstAfterMs: 0,
  everyMs: 20,
  waitingMs: 5,
  settleMs: 20,
  atATimeMs: 60_000,
  closingMs: 1_000,
};

let database: TestDatabase;
let series: number;

beforeEach(async () => {
  database = await useTestDatabase();
  const rows = Array.from({ length: 200 }, (_, hour) => ({
    measuredAt: (Date.now() - (hour + 3) * HOUR_MS) * 1000,
    value: hour / 4,
  }));
  series = await seedSeries(database.pool, { station: 'outside', metric: 't', unit: null }, rows);
});

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly reason?: string;
}

function useWorker(
  timings: Partial<RollupTimings> = {},
  options: Pick<RollupWorkerOptions, 'afterwards'> = {},
): { worker: RollupWorker; lines: Line[] } {
  const pool = new Pool({ ...database.connection, max: 1 });
  pool.on('error', () => {});
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const lines: Line[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line) as Line) });
  const worker = createRollupWorker({
    pool,
    timeZone: 'UTC',
    log,
    timings: { ...QUICK, ...timings },
    ...options,
  });
  onTestFinished(async () => {
    await worker.close();
    await pool.end();
  });
  worker.start();
  return { worker, lines };
}

/** Before its first run it is behind by nothing that it knows of; transactions of other databases may hold that up. */
const isUpToDate = (worker: RollupWorker): boolean => {
  const { rolledUntil = Number.NEGATIVE_INFINITY, hoursBehind, marks } = worker.report() ?? {};
  return Number.isFinite(rolledUntil) && hoursBehind === 0 && marks === 0;
};

test('it rolls up what is there, mends what comes late, and reports both', async () => {
  const { worker, lines } = useWorker();
  await poll(() => isUpToDate(worker) && worker.counters.rollup_hours_made === 200);
  expect(worker.report()).toMatchObject({ ranAt: expect.any(Number), runMs: expect.any(Number) });
  await insertRows(database.pool, series, [{ measuredAt: (Date.now() - 100 * HOUR_MS) * 1000, value: 7 }]);
  await poll(() => worker.counters.rollup_marks_mended === 1);
  expect(await wrongRollups(database.pool)).toEqual([]);
  expect(lines).toEqual([]);
});

test('what is done afterwards has its turn while there is more to be rolled up, which then goes on', async () => {
  const behind: boolean[] = [];
  const afterwards: RollupWorkerOptions['afterwards'] = async ({ session }) => {
    const { rows } = await session.query<{ is: boolean }>({
      text: 'SELECT rolled_until < closed_until AS is FROM rollup_state',
    });
    behind.push(rows[0]!.is);
    return false;
  };
  const { worker } = useWorker({ atATimeMs: 0 }, { afterwards });
  await poll(() => isUpToDate(worker) && worker.counters.rollup_hours_made === 200);
  expect(behind[0]).toBe(true);
  await poll(() => behind.at(-1) === false);
  expect(await wrongRollups(database.pool)).toEqual([]);
});

test('of several one works at a time; the others know how far it is, and go on when it has gone', async () => {
  const holder = new Pool(database.connection);
  holder.on('error', () => {});
  onTestFinished(() => holder.end());
  let letGo!: () => void;
  const held = new Promise<object>((resolve) => {
    letGo = () => resolve({});
  });
  let isHeld!: () => void;
  const holding = new Promise<void>((resolve) => (isHeld = resolve));
  const holderDone = withMaintenanceLock(holder, async () => {
    isHeld();
    return held;
  });
  await holding;
  const { worker } = useWorker();
  await poll(() => worker.report());
  expect(worker.report()).toMatchObject({ rolledUntil: Number.NEGATIVE_INFINITY });
  expect(worker.counters.rollup_hours_made).toBe(0);
  letGo();
  await holderDone;
  await poll(() => isUpToDate(worker) && worker.counters.rollup_hours_made === 200);
});

test('while the database is away it tries again, and says so once; then it goes on', async () => {
  const { worker, lines } = useWorker();
  await poll(() => isUpToDate(worker));
  const name = database.connection.database;
  const admin = new Client({ ...database.connection, database: 'postgres' });
  await admin.connect();
  onTestFinished(() => admin.end());
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
  await poll(() => worker.counters.rollup_runs_failed >= 3);
  expect(worker.problem()).toContain('not currently accepting connections');
  await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  await poll(() => worker.problem() === undefined);
  expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
    [40, 'roll-ups wait; readings are stored all the same'],
    [30, 'roll-ups go on'],
  ]);
});

test('a close ends it in the middle of a statement that takes long, and leaves the lock free', async () => {
  const { pool } = database;
  const blocker = await pool.connect();
  await blocker.query('BEGIN; LOCK TABLE rollup_state IN ACCESS EXCLUSIVE MODE');
  const { worker } = useWorker({ closingMs: 0 });
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await poll(async () => (await pool.query(waiting)).rowCount === 1);
  await worker.close();
  expect(worker.counters.rollup_runs_failed).toBe(0);
  await blocker.query('ROLLBACK');
  blocker.release();
  await poll(() => withMaintenanceLock(pool, () => Promise.resolve({})));
});

test('hours that wait for the end of a transaction are seen to be behind, and marks are mended meanwhile', async () => {
  const { worker } = useWorker();
  await poll(() => isUpToDate(worker));
  const open = await database.pool.connect();
  await open.query(`BEGIN; INSERT INTO stations (station) VALUES ('unrelated')`);
  // As after two hours.
  await database.pool.query(
    `UPDATE rollup_state SET closed_until = closed_until - interval '2 hours', rolled_until = rolled_until - interval '2 hours', fence = NULL`,
  );
  await poll(() => worker.report()?.hoursBehind === 2);
  const mended = worker.counters.rollup_marks_mended;
  await insertRows(database.pool, series, [{ measuredAt: (Date.now() - 100 * HOUR_MS) * 1000, value: 7 }]);
  await poll(() => worker.counters.rollup_marks_mended > mended);
  expect(worker.report()?.hoursBehind).toBe(2);
  await open.query('COMMIT');
  open.release();
  await poll(() => isUpToDate(worker));
  expect(await wrongRollups(database.pool)).toEqual([]);
});
