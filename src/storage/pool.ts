import { setTimeout } from 'node:timers/promises';
import { Pool } from 'pg';
import type { Logger } from 'pino';

/** Where the database is: parts for a Unix socket, a URL for a server of the owner's. */
export type Connection =
  | { readonly connectionString: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly database: string;
      readonly password?: string;
    };

const CONNECT_TIMEOUT_MS = 10_000;
/** How long the end of connections may take, so that a stop does not wait for a server that has gone. */
const END_TIMEOUT_MS = 2_000;

export interface PoolLimits {
  readonly maxConnections: number;
  /**
   * Statements that take longer are ended by the server, and given up by us: after a line that broke without a word, no
   * answer would come for a quarter of an hour.
   */
  readonly statementTimeoutMs: number;
  /** How many statements may lie at the server on one connection, each but the first waiting for those before it; 1 unless told. */
  readonly pipelined?: number;
}

/**
 * The connections to Postgres. Both the pool and each client report errors of their own: the pool for connections
 * that break while idle, the client for those that break in use; an unheard one would end the process.
 */
export function createPool(connection: Connection, limits: PoolLimits, log: Logger): Pool {
  const { maxConnections, statementTimeoutMs, pipelined = 1 } = limits;
  const pool = new Pool({
    ...connection,
    max: maxConnections,
    pipeline: pipelined > 1,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'thermograph',
    statement_timeout: statementTimeoutMs,
    // The server's own limit comes first, or a statement could commit of which we have given up hearing; its time begins
    // when those ahead of it have ended, ours when it is sent.
    query_timeout: pipelined * statementTimeoutMs + 1_000,
    keepAlive: true,
  });
  // The client has reported it already. The error itself drags the whole client along, which is nothing for a log.
  pool.on('error', () => {});
  pool.on('connect', (client) =>
    client.on('error', ({ message }) => log.warn({ reason: message }, 'a connection to the database broke')),
  );
  return pool;
}

/** Ends the connections and waits until they are closed; one whose statement never returns is not waited for. */
export async function endPool(pool: Pool): Promise<void> {
  const ended = new AbortController();
  const late = setTimeout(END_TIMEOUT_MS, undefined, { signal: ended.signal }).catch(() => undefined);
  await Promise.race([closeAll(pool), late]);
  ended.abort();
}

async function closeAll(pool: Pool): Promise<void> {
  let open = pool.totalCount;
  // The pool's own end does not wait for the last words of its connections, and the server may stop meanwhile.
  const closed = new Promise<void>((resolve) => {
    if (open === 0) resolve();
    pool.on('remove', () => void ((open -= 1) === 0 && resolve()));
  });
  await Promise.all([pool.end(), closed]);
}
