import type { Pool } from 'pg';

/** Asks the database for nothing but an answer. @throws what the database reports */
export async function pingDatabase(pool: Pool): Promise<void> {
  await pool.query('SELECT 1');
}

/** What the database takes on disk, in bytes. @throws what the database reports */
export async function readDatabaseSize(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ size: string }>('SELECT pg_database_size(current_database()) AS size');
  return Number(rows[0]!.size);
}

/** Whether a service works with the database now, as far as its connections show. @throws what the database reports */
export async function isServed(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'thermograph listens to %' LIMIT 1`,
  );
  return rowCount === 1;
}
