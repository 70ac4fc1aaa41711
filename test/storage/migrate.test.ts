import { readdir } from 'node:fs/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { inProjectFolder } from '../../src/project-folder.ts';
import { awaitSchema, migrate } from '../../src/storage/migrate.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';

const log = pino({ level: 'silent' });

async function migrationNames(): Promise<{ name: string }[]> {
  const files = await readdir(inProjectFolder('migrations'));
  return files
    .map((file) => ({ name: file.replace('.sql', '') }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

test('migrating what is up to date changes nothing', async () => {
  const { connection, pool } = await useTestDatabase();
  await migrate(connection, log);
  const { rows } = await pool.query('SELECT name FROM thermograph_migrations ORDER BY id');
  expect(rows).toEqual(await migrationNames());
});

test('several services that start at once on an empty database migrate it once', async () => {
  const { connection, pool } = await useTestDatabase();
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await Promise.all([1, 2, 3, 4].map(() => migrate(connection, log)));
  const { rows } = await pool.query('SELECT name FROM thermograph_migrations ORDER BY id');
  expect(rows).toEqual(await migrationNames());
});

test('a database of a newer version is left alone, and the error says what to start', async () => {
  const { connection, pool } = await useTestDatabase();
  await pool.query("INSERT INTO thermograph_migrations (name, run_on) VALUES ('9999_future', now())");
  await expect(migrate(connection, log)).rejects.toMatchObject({
    code: 'database-too-new',
    hint: expect.stringContaining('newer one'),
  });
});

test('a migration that fails changes nothing and says why; without the cause it goes through', async () => {
  const { connection, pool } = await useTestDatabase();
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE rejected_messages ()');
  await expect(migrate(connection, log)).rejects.toMatchObject({
    code: 'migration-failed',
    message: expect.stringContaining('rejected_messages'),
  });
  const { rowCount } = await pool.query("SELECT WHERE to_regclass('stations') IS NOT NULL");
  expect(rowCount).toBe(0);
  await pool.query('DROP TABLE rejected_messages');
  await migrate(connection, log);
});

test('where no table can be made for migrations, that is said in a line, without where in the code it was', async () => {
  const { connection, pool } = await useTestDatabase();
  await pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await pool.query(`ALTER DATABASE ${connection.database} SET default_transaction_read_only = on`);
  await expect(migrate(connection, log)).rejects.toMatchObject({
    code: 'migration-failed',
    message: expect.stringMatching(/^A migration of the database failed: [^\n]*read-only transaction$/),
  });
});

test('who works beside a service waits for its migrations, and makes none', async () => {
  const { connection, pool } = await useTestDatabase();
  await awaitSchema(connection, log);
  const aside = "DELETE FROM thermograph_migrations WHERE name LIKE '0002%' RETURNING name, run_on";
  const { rows } = await pool.query<{ name: string; run_on: Date }>(aside);
  const waiting = awaitSchema(connection, log);
  // Answered only after the first look.
  const looked =
    "SELECT FROM pg_stat_activity WHERE datname = $1 AND application_name = 'thermograph migrations' AND query LIKE 'SELECT name%'";
  await poll(async () => (await pool.query(looked, [connection.database])).rowCount === 1);
  await pool.query('INSERT INTO thermograph_migrations (name, run_on) VALUES ($1, $2)', [
    rows[0]!.name,
    rows[0]!.run_on,
  ]);
  await waiting;
});
