import type { Pool } from 'pg';
import type { Queryable } from './queryable.ts';

/** Asks the database for nothing but an answer. @throws what the database reports */
export async function pingDatabase(pool: Pool): Promise<void> {
  await pool.query('SELECT 1');
}

/** What the database takes on disk, in bytes. @throws what the database reports */
export async function readDatabaseSize(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ size: number }>({
    text: 'SELECT pg_database_size(current_database())::float8 AS size',
  });
  return rows[0]!.size;
}

/**
 * What lies in the database's folder and belongs to none of its tables, in bytes: PostgreSQL leaves what a transaction had written behind for good
 * when it is killed in the middle. @throws what the database reports
 */
export async function readLeftoverSize(database: Queryable): Promise<number> {
  const { rows } = await database.query<{ size: number }>({
    text: `SELECT (pg_database_size(current_database()) - sum(pg_total_relation_size(oid)))::float8 AS size
      FROM pg_class WHERE relkind IN ('r', 'm') AND NOT relisshared`,
  });
  return rows[0]!.size;
}

/** Whether a service works with the database now, as far as its connections show. @throws what the database reports */
export async function isServed(pool: Pool): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND application_name LIKE 'thermograph listens to %' LIMIT 1`,
  );
  return rowCount === 1;
}

/** `18.4`, without what a distribution adds. @throws what the database reports */
export async function readServerVersion(database: Queryable): Promise<string> {
  const { rows } = await database.query<{ version: string }>({
    text: `SELECT current_setting('server_version') AS version`,
  });
  return rows[0]!.version.split(' ', 1)[0]!;
}
