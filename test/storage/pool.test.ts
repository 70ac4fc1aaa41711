import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createPool, endPool } from '../../src/storage/pool.ts';
import { useTestDatabase } from '../support/database.ts';

const LIMITS = { maxConnections: 3, statementTimeoutMs: 10_000, pipelined: 2 };

test('an end waits until the server has seen the connections go', async () => {
  const database = await useTestDatabase();
  const pool = createPool(database.connection, LIMITS, pino({ level: 'silent' }));
  await Promise.all([1, 2, 3].map(() => pool.query('SELECT pg_sleep(0.05)')));
  const connections = "SELECT FROM pg_stat_activity WHERE application_name = 'thermograph' AND datname = $1";
  expect((await database.pool.query(connections, [database.connection.database])).rowCount).toBe(3);
  await endPool(pool);
  expect((await database.pool.query(connections, [database.connection.database])).rowCount).toBe(0);
});

test('a connection that breaks is logged once, and without what it knows', async () => {
  const database = await useTestDatabase();
  const lines: string[] = [];
  const pool = createPool(database.connection, LIMITS, pino({}, { write: (line) => void lines.push(line) }));
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  await database.pool.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]!.pid]);
  await expect.poll(() => pool.totalCount).toBe(0);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { msg: 'a connection to the database broke' },
  ]);
  expect(lines[0]).not.toContain('secretKey');
  await endPool(pool);
});
