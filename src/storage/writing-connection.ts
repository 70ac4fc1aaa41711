import type { Pool, PoolClient } from 'pg';
import { isAway, isRefusedStatement } from './failure.ts';
import type { Queryable } from './queryable.ts';

/** The connection that batch after batch is written over. */
export interface WritingConnection extends Queryable {
  /** Gives the connection back to the pool, or ends it if something is still under way; takes no more queries. */
  close(): void;
}

/**
 * Keeps one connection of the pool, and sends a statement in the tick in which it is given. The pool by itself would hand a
 * connection out a tick later, while the database has nothing to do; and it throws one away after any error, while
 * ingest provokes unique violations on purpose. After an error of the connection's own the next query makes a new one.
 */
export function createWritingConnection(pool: Pool): WritingConnection {
  let held: PoolClient | undefined;
  let connecting: Promise<PoolClient> | undefined;
  let underWay = 0;
  let isClosed = false;
  const drop = (client: PoolClient): void => {
    if (held !== client) return;
    held = undefined;
    client.release(true);
  };
  async function connect(): Promise<PoolClient> {
    try {
      const client = await pool.connect();
      if (isClosed) {
        client.release();
        throw new Error('the connection for writing is closed');
      }
      held = client;
      client.once('error', () => drop(client));
      return client;
    } finally {
      connecting = undefined;
    }
  }
  return {
    async query(query) {
      // Two batches may find that there is none.
      const client = held ?? (await (connecting ??= connect()));
      underWay += 1;
      try {
        return await client.query(query);
      } catch (error) {
        // A session keeps settings of its beginning: of a database that was read-only then, a new one may know better.
        if (!isRefusedStatement(error) || isAway(error)) drop(client);
        throw error;
      } finally {
        underWay -= 1;
      }
    },
    close() {
      isClosed = true;
      held?.release(underWay > 0);
      held = undefined;
    },
  };
}
