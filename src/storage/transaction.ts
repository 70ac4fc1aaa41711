import type { Pool, PoolClient } from 'pg';
import { isRefusedStatement } from './failure.ts';

/** Whether a transaction was committed can't be said: the connection broke, or took too long, at that very moment. */
export class CommitInDoubtError extends Error {
  constructor(cause: unknown) {
    super('the database did not say whether it has committed', { cause });
    this.name = 'CommitInDoubtError';
  }
}

/**
 * Runs statements in one transaction on a connection of its own. Each sees what others have committed before it, whatever level the
 * owner has chosen for all of the database: after a lock that was waited for, things are looked at as they are then.
 * @param isToBeKept whether to commit, by the result
 * @throws CommitInDoubtError; what the database reports, or `run` throws: then nothing of it holds
 */
export async function inTransaction<T>(
  pool: Pool,
  run: (client: PoolClient) => Promise<T>,
  isToBeKept: (result: T) => boolean = () => true,
): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    const result = await run(client);
    if (isToBeKept(result)) await commit(client);
    else await client.query('ROLLBACK');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A connection whose transaction failed is not used again: nobody knows what state it is in.
    client.release(failure);
  }
}

async function commit(client: PoolClient): Promise<void> {
  try {
    await client.query('COMMIT');
  } catch (error) {
    throw isRefusedStatement(error) ? error : new CommitInDoubtError(error);
  }
}

/**
 * Runs statements that only read, all of them on one state of things. Nobody waits for the transaction to end: there is nothing in it
 * to be committed.
 * @throws what the database reports, or `read` throws
 */
export async function inSnapshot<T>(
  pool: Pick<Pool, 'connect'>,
  read: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await read(client);
    client.query('COMMIT').then(
      () => client.release(),
      () => client.release(true),
    );
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}
