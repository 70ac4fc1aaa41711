import { Client } from 'pg';
import { codeOf } from './error.ts';
import { readPassword, SUPERUSER } from './new-data-directory.ts';
import type { PidFile } from './pid-file.ts';

/** How `pg` reaches the server; goes into a ClientConfig or a PoolConfig as it is. */
export interface EmbeddedConnection {
  /** The folder of the Unix socket, or a loopback address. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Only where there is no Unix socket. */
  readonly password?: string;
  /** Said outright, for PGSSLMODE in the environment would ask for it. */
  readonly ssl: false;
}

const DATABASE = 'thermograph';

/** How to reach the server that wrote `file` into the data folder `directory`. */
export async function connectionTo(directory: string, file: PidFile): Promise<EmbeddedConnection> {
  const { port, socketDirectory } = file;
  const login = { port, user: SUPERUSER, database: DATABASE, ssl: false } as const;
  if (socketDirectory !== '') return { host: socketDirectory, ...login };
  const password = await readPassword(directory);
  return { host: '127.0.0.1', ...login, ...(password === undefined ? {} : { password }) };
}

/** Whether a server of ours listens there, be it only to say that it is not ready (57P03) or has no such database. */
export async function answers(connection: EmbeddedConnection): Promise<boolean> {
  const client = new Client({ ...connection, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    return ['57P03', '3D000', '53300'].includes(codeOf(error));
  } finally {
    void client.end().catch(() => undefined);
  }
}

/** Makes the database, unless another did so meanwhile. */
export async function createDatabase(connection: EmbeddedConnection): Promise<void> {
  const client = new Client({ ...connection, database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(`CREATE DATABASE ${DATABASE}`);
  } catch (error) {
    // duplicate_database, or unique_violation when both came at the very same time
    if (!['42P04', '23505'].includes(codeOf(error))) throw error;
  } finally {
    void client.end().catch(() => undefined);
  }
}
