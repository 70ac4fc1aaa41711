import type { Pool, PoolClient } from 'pg';

/**
 * Runs statements in one transaction on a connection of its own.
 * @param isToBeKept whether to commit, by the result
 * @throws what the database reports, or `run` throws; then nothing of it holds
 */
export async function inTransaction<T>(
  pool: Pool,
  run: (client: PoolClient) => Promise<T>,
  isToBeKept: (result: T) => boolean = () => true,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await run(client);
    await client.query(isToBeKept(result) ? 'COMMIT' : 'ROLLBACK');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection whose transaction failed is not used again: nobody knows what state it is in.
    client.release(failure);
  }
}
