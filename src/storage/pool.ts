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

const MAX_CONNECTIONS = 10;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The connections to Postgres. Both the pool and each client report errors of their own: the pool for connections
 * that break while idle, the client for those that break in use; an unheard one would end the process.
 */
export function createPool(connection: Connection, log: Logger): Pool {
  const pool = new Pool({
    ...connection,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'thermograph',
  });
  const report = (error: Error): void => log.warn({ err: error }, 'a connection to the database broke');
  pool.on('error', report);
  pool.on('connect', (client) => client.on('error', report));
  return pool;
}
