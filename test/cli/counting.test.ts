import { expect, test } from 'vitest';
import { startCli } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { seedSeries } from '../support/series.ts';

test.each([
  ['station remove', ['station', 'remove', 'a', '--dry-run', '--json'], {}],
  ['retention --dry-run', ['retention', '--dry-run', '--json'], { RETENTION_RAW: '30d' }],
])('Ctrl-C ends %s while it counts, and waits for no statement', async (_, args, settings) => {
  const { pool, url } = await useTestDatabase();
  await seedSeries(pool, { station: 'a', metric: 't', unit: null }, [{ measuredAt: 1e15, value: 1 }]);
  const other = await pool.connect();
  await other.query('BEGIN; LOCK TABLE readings IN ACCESS EXCLUSIVE MODE');
  const counting = startCli(args, { DATABASE_URL: url, ...settings });
  const waiting = `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
    WHERE datname = current_database() AND NOT granted`;
  await poll(async () => (await other.query(waiting)).rowCount === 1);
  counting.interrupt();
  expect(await counting.ended).toEqual({
    code: 130,
    stdout: '',
    stderr: 'Interrupted. Nothing was left running.\n',
  });
  await poll(async () => (await other.query(waiting)).rowCount === 0);
  await other.query('ROLLBACK');
  other.release();
});
