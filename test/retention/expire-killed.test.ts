import { Client } from 'pg';
import { expect, test } from 'vitest';
import { setRetentionPolicy } from '../../src/storage/expiry/policies.ts';
import { limitSize } from '../../src/retention/limit-size.ts';
import { readDatabaseSize } from '../../src/storage/database-facts.ts';
import { listPartitions } from '../../src/storage/expiry/partition-list.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { at, hourly } from '../support/hourly.ts';
import { type Between, createMaintenance, duration, type TestMaintenance } from '../support/retention.ts';
import { fillUp, seedSeries } from '../support/series.ts';

const NOW = at('2026-06-15T10:20Z');
const TIMES = { raw: duration('60d'), rollups: duration('90d') };

/** A month that is to be dropped, one that a part is to go from, and roll-ups, of which some are to go, too. */
async function onFilled(isLarge: boolean, use: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    for (const station of ['outside', 'shed']) {
      const series = { station, metric: 'temperature', unit: '°C' };
      const id = await seedSeries(database.pool, series, hourly('2026-02-26T00:00Z', '2026-03-30T00:00Z'));
      if (isLarge) await fillUp(database.pool, id, '2026-02-26T00:00Z', '2026-02-28T23:00Z');
    }
    const policy = { station: 'shed', metric: null, raw: duration('80d'), rollups: null };
    await setRetentionPolicy(database.pool, policy);
    await maintain(database, (maintenance) => maintenance.roll(NOW));
    await use(database);
  } finally {
    await database.drop();
  }
}

async function maintain(
  database: TestDatabase,
  use: (maintenance: TestMaintenance) => Promise<unknown>,
  between?: Between,
): Promise<void> {
  const maintenance = await createMaintenance(database, 'UTC', between);
  try {
    await use(maintenance);
  } finally {
    await maintenance.close();
  }
}

async function contents({ pool }: TestDatabase): Promise<object> {
  const ask = async (text: string): Promise<unknown> => (await pool.query(text)).rows;
  return {
    readings: await ask('SELECT * FROM readings ORDER BY 1, 2, 3'),
    hours: await ask('SELECT * FROM rollups_hour ORDER BY 1, 2'),
    days: await ask('SELECT * FROM rollups_day ORDER BY 1, 2'),
    rawFrom: await ask('SELECT id, raw_from FROM series ORDER BY 1'),
    dropped: await ask('SELECT month, reason FROM dropped_partitions ORDER BY 1'),
    partitions: (await listPartitions(pool)).map(({ name }) => name),
  };
}

/** Ends the session's process before its statement of this number. */
function killedBefore(number: number, { connection }: TestDatabase): Between {
  let statements = 0;
  return (session) => ({
    async query(query) {
      statements += 1;
      if (statements === number) {
        const { rows } = await session.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
        const killer = new Client(connection);
        await killer.connect();
        await killer.query('SELECT pg_terminate_backend($1, 10000)', [rows[0]!.pid]);
        await killer.end();
      }
      return session.query(query);
    },
  });
}

type Run = (maintenance: TestMaintenance, database: TestDatabase) => Promise<unknown>;

/** Kills it before each of its statements by turns. @returns what it leaves, however it was killed, once the next one has ended */
async function killedAnywhere(run: Run, atLeastStatements: number, isLarge = false): Promise<object> {
  let expected = {};
  let first = 0;
  let last = 0;
  await onFilled(isLarge, async (database) => {
    const counting: Between = (session) => ({
      query(query) {
        last += 1;
        return session.query(query);
      },
    });
    const counted = async (maintenance: TestMaintenance): Promise<void> => {
      first = last + 1;
      await run(maintenance, database);
    };
    await maintain(database, counted, counting);
    expected = await contents(database);
  });
  expect(last - first).toBeGreaterThan(atLeastStatements);
  for (let number = first; number <= last; number += 1) {
    await onFilled(isLarge, async (database) => {
      const attempt = (maintenance: TestMaintenance): Promise<unknown> => run(maintenance, database);
      const killed = maintain(database, attempt, killedBefore(number, database));
      await expect(killed, `killed before statement ${number}`).rejects.toThrow(
        /terminat|closed|not queryable/i,
      );
      await maintain(database, attempt);
      expect(await contents(database), `killed before statement ${number}`).toEqual(expected);
    });
  }
  return expected;
}

test('a run that is killed before any of its statements is finished by the next one', async () => {
  const left = await killedAnywhere((maintenance) => maintenance.expire(NOW, TIMES), 15);
  expect(left).toMatchObject({ dropped: [expect.anything()], partitions: ['readings_2026_03'] });
}, 300_000);

test('nor does a database that is too large lose more or less than one month when that is killed', async () => {
  // Of each database once, for it holds over the kill: too little for what there is, enough without the oldest month.
  const limits = new Map<TestDatabase, number>();
  const left = await killedAnywhere(
    async (maintenance, database) => {
      const { pool } = database;
      const [oldest] = await listPartitions(pool);
      const maxBytes = limits.get(database) ?? (await readDatabaseSize(pool)) - oldest!.bytes / 2;
      limits.set(database, maxBytes);
      expect(await limitSize(maintenance.work(NOW), maxBytes)).toBe('within');
    },
    8,
    true,
  );
  expect(left).toMatchObject({
    dropped: [{ reason: 'size' }],
    partitions: ['readings_2026_03'],
    hours: { length: 2 * 32 * 24 },
  });
}, 300_000);
