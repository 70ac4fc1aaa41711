import { setTimeout as pause } from 'node:timers/promises';
import { Client, type Pool, type PoolClient } from 'pg';
import { type Connection, endPool } from './pool.ts';

/** How long a statement may take to end by itself. */
const GRACE_MS = 300;
const TIMEOUT_MS = 2_000;

/** Ends connections whose statements nobody waits for any more. */
export interface Interruption {
  /** Returns when nothing of ours runs at the server, as far as that can be had within some seconds. */
  end(): Promise<void>;
}

/** @param pool one of which no connection was asked for yet; it is of no use after the end */
export function createInterruption(pool: Pool, connection: Connection): Interruption {
  const open = new Set<PoolClient>();
  pool.on('connect', (client) => void open.add(client));
  pool.on('remove', (client) => void open.delete(client));
  return {
    async end() {
      const ended = endPool(pool);
      await Promise.race([ended, pause(GRACE_MS)]);
      // A server that finds nobody at the other end only looks when it has an answer, perhaps in minutes.
      if (open.size > 0) await cancel(connection, [...open]).catch(() => undefined);
      await ended;
      for (const client of open) if (client instanceof Client) client.end().catch(() => undefined);
    },
  };
}

/** Behind a pooler the numbers are not PostgreSQL's: nothing is cancelled there, and the statement ends by itself. */
async function cancel(connection: Connection, clients: readonly PoolClient[]): Promise<void> {
  const pids = clients.map((client) => Reflect.get(client, 'processID')).filter(Number.isInteger);
  const other = new Client({ ...connection, connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS });
  other.on('error', () => {});
  try {
    await other.connect();
    await other.query('SELECT pg_cancel_backend(pid) FROM unnest($1::int[]) AS ours (pid)', [pids]);
  } finally {
    await other.end();
  }
}
