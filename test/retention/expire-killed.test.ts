import { Client } from 'pg';
import { expect, test } from 'vitest';
import { setRetentionPolicy } from '../../src/storage/expiry/policies.ts';
import { listPartitions } from '../../src/storage/expiry/partition-list.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { at, hourly } from '../support/hourly.ts';
import { type Between, createMaintenance, duration, type TestMaintenance } from '../support/retention.ts';
import { seedSeries } from '../support/series.ts';

const NOW = at('2026-06-15T10:20Z');
const TIMES = { raw: duration('60d'), rollups: duration('90d') };

/** A month that is to be dropped, one that a part is to go from, and roll-ups, of which some are to go, too. */
async function onFilled(use: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    for (const station of ['outside', 'shed']) {
      const series = { station, metric: 'temperature', unit: '°C' };
      await seedSeries(database.pool, series, hourly('2026-02-26T00:00Z', '2026-03-30T00:00Z'));
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

test('a run that is killed before any of its statements is finished by the next one', async () => {
  const expire = (maintenance: TestMaintenance): Promise<unknown> => maintenance.expire(NOW, TIMES);
  let expected = {};
  let first = 0;
  let last = 0;
  await onFilled(async (database) => {
    const counting: Between = (session) => ({
      query(query) {
        last += 1;
        return session.query(query);
      },
    });
    const counted = async (maintenance: TestMaintenance): Promise<void> => {
      first = last + 1;
      await expire(maintenance);
    };
    await maintain(database, counted, counting);
    expected = await contents(database);
  });
  expect(expected).toMatchObject({ dropped: [expect.anything()], partitions: ['readings_2026_03'] });
  expect(last - first).toBeGreaterThan(15);
  for (let number = first; number <= last; number += 1) {
    await onFilled(async (database) => {
      const killed = maintain(database, expire, killedBefore(number, database));
      await expect(killed, `killed before statement ${number}`).rejects.toThrow(
        /terminat|closed|not queryable/i,
      );
      await maintain(database, expire);
      expect(await contents(database), `killed before statement ${number}`).toEqual(expected);
    });
  }
}, 300_000);
