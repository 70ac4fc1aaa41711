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
