import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import {
  type EmbeddedServer,
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from '../../src/storage/embedded/server.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { buildAssets } from '../../templates/build-assets.ts';

/** The database that each test's own is cloned from. */
export const TEMPLATE = 'thermograph_template';

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { host: string; port: number; user: string };
  }
}

/** One embedded server for all test files, with a migrated template database; and what browsers load, as it is now. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildAssets();
  const dataDir = await mkdtemp(join(tmpdir(), 'thermograph-test-'));
  const log = pino({ level: 'warn' });
  const server = await startRoomyServer({ dataDir, log });
  const { host, port, user } = server.connection;
  const client = new Client(server.connection);
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  await migrate({ host, port, user, database: TEMPLATE }, log);
  project.provide('postgres', { host, port, user });
  return async () => {
    await server.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}

/** One that takes the services of several test files at a time: a service expects to find twenty connections free. */
async function startRoomyServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const narrow = await startEmbeddedServer(options);
  const client = new Client(narrow.connection);
  await client.connect();
  await client.query('ALTER SYSTEM SET max_connections = 150');
  await client.end();
  await narrow.close();
  return startEmbeddedServer(options);
}
