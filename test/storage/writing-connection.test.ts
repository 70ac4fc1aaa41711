import { Pool } from 'pg';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createWritingConnection, type WritingConnection } from '../../src/storage/writing-connection.ts';
import { useTestDatabase } from '../support/database.ts';

let pool: Pool;
let connection: WritingConnection;

beforeEach(async () => {
  ({ pool } = await useTestDatabase());
  connection = createWritingConnection(pool);
  onTestFinished(() => connection.close());
});

const PID = { text: 'SELECT pg_backend_pid() AS pid' };

async function pid(): Promise<number> {
  return (await connection.query<{ pid: number }>(PID)).rows[0]!.pid;
}

describe('one connection', () => {
  test('serves those who ask first at the same time, and all who follow', async () => {
    const pids = await Promise.all([pid(), pid(), pid()]);
    expect(new Set([...pids, await pid()]).size).toBe(1);
    expect(pool.totalCount).toBe(1);
  });

  test('goes on after a statement that the server has refused', async () => {
    const before = await pid();
    await expect(connection.query({ text: 'SELECT 1 / 0' })).rejects.toMatchObject({ code: '22012' });
    expect(await pid()).toBe(before);
  });
});

describe('another connection is made', () => {
  test('after one that was cut in use', async () => {
    const before = await pid();
    const sleeping = connection.query({ text: 'SELECT pg_sleep(60)' });
    const [outcome] = await Promise.allSettled([
      sleeping,
      pool.query('SELECT pg_terminate_backend($1)', [before]),
    ]);
    expect(outcome.status).toBe('rejected');
    expect(await pid()).not.toBe(before);
  });

  test('after one that was cut while idle, without an error for whoever asks next', async () => {
    const before = await pid();
    await pool.query('SELECT pg_terminate_backend($1, 5000)', [before]);
    await expect.poll(() => pool.totalCount).toBe(1);
    expect(await pid()).not.toBe(before);
  });
});

test('a session that began while the database was read-only is not kept when it no longer is', async () => {
  const { pool: owner, connection: database } = await useTestDatabase();
  const setting = `ALTER DATABASE ${database.database} SET default_transaction_read_only`;
  await owner.query(`${setting} = on`);
  const writing = new Pool({ ...database, max: 1 });
  const kept = createWritingConnection(writing);
  const insert = { text: "INSERT INTO stations (station) VALUES ('a')" };
  await expect(kept.query(insert)).rejects.toMatchObject({ code: '25006' });
  await owner.query(`${setting} = off`);
  expect(await kept.query(insert)).toMatchObject({ rowCount: 1 });
  kept.close();
  await writing.end();
});

test('a failure to connect is for all who wait, and the next one tries again', async () => {
  const unreachable = createWritingConnection(
    Object.assign(Object.create(pool) as Pool, {
      connect: (() => {
        let tries = 0;
        return () => ((tries += 1) === 1 ? Promise.reject(new Error('no route')) : pool.connect());
      })(),
    }),
  );
  onTestFinished(() => unreachable.close());
  const both = await Promise.allSettled([unreachable.query(PID), unreachable.query(PID)]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await unreachable.query(PID)).rows).toHaveLength(1);
});
