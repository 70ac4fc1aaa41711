import { expect, test } from 'vitest';
import { runHere, startCli } from '../support/cli.ts';
import { useTestDatabase } from '../support/database.ts';
import { poll } from '../support/poll.ts';
import { useMaintenance } from '../support/retention.ts';
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

test.each([
  ['station remove', ['station', 'remove', 'a', '--dry-run'], '3 readings counted', 'station'],
  ['retention', ['retention', '--dry-run'], '100 %, 3 rows counted', 'partitions'],
])(
  '%s shows on a terminal how far it has counted, and nothing of that in its JSON',
  async (_, args, shown, key) => {
    const database = await useTestDatabase();
    const { pool, url } = database;
    const rows = [1, 2, 3].map((value) => ({ measuredAt: 1e15 + value, value }));
    await seedSeries(pool, { station: 'a', metric: 't', unit: null }, rows);
    const maintenance = await useMaintenance(database);
    await maintenance.roll(Date.now() * 1000);
    const { code, stdout, stderr } = await runHere(
      [...args, '--json'],
      { DATABASE_URL: url, RETENTION_RAW: '30d' },
      { isTerminal: true, mayOpen: true },
    );
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(new RegExp(`${shown}(?:, [\\d,]+/s)?\r\u001B\\[K$`)),
    ]);
    expect(JSON.parse(stdout)).toHaveProperty(key);
  },
);
