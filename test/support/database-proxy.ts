import { join } from 'node:path';
import type { TestDatabase } from './database.ts';

/** The database as a service finds it that reaches it through a port of this machine. */
export function through(database: TestDatabase, port: number): TestDatabase {
  const { user, database: name } = database.connection;
  return { ...database, url: `postgres://${user}@127.0.0.1:${port}/${name}` };
}

/** Where that port is to lead to. */
export function socketOf({ connection: { host, port } }: TestDatabase): { path: string } {
  return { path: join(host, `.s.PGSQL.${port}`) };
}
