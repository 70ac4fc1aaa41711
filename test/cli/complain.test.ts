import { expect, test } from 'vitest';
import { explain } from '../../src/cli/complain.ts';
import { useTestDatabase } from '../support/database.ts';

test('what the database says is told in its words, with what to do where it is known', async () => {
  const { pool } = await useTestDatabase();
  const textOf = async (sql: string): Promise<string> => {
    const error: unknown = await pool.query(sql).catch((reason: unknown) => reason);
    return explain(error).text;
  };
  expect(await textOf('SELECT 1 / 0')).toBe('The database refused it: division by zero');
  expect(await textOf('SELECT pg_terminate_backend(pg_backend_pid())')).toMatch(
    /^The database went away: terminating connection .*\n {2}See whether it is done/,
  );
  const full = `RAISE 'could not extend file' USING ERRCODE = '53100', HINT = 'Check free disk space.'`;
  expect(await textOf(`DO $$ BEGIN ${full}; END $$`)).toMatch(
    /^The database has no room: could not extend file\n {2}Free some room .*docs\/disk-full\.md/,
  );
  expect(await textOf("SELECT pg_no_such('x')")).toMatch(/^function pg_no_such.* does not exist\n {2}\w/);
});
