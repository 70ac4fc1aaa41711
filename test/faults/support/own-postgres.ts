import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, type ClientConfig } from 'pg';
import { findDebianPostgres, postgresUser } from '../../support/debian-postgres.ts';
import { createProxy, type Proxy } from './proxy.ts';
import { SkippedError } from './scenario.ts';
import type { Stage } from './stage.ts';
import { until } from '../../support/until.ts';

const LIMIT_MS = 60_000;

/** A PostgreSQL of the owner's, which the service did not start and can't start, behind a proxy. */
export interface OwnPostgres {
  /** For DATABASE_URL: through the proxy. */
  readonly url: string;
  /** For the harness: past it. */
  readonly connection: ClientConfig;
  readonly proxy: Proxy;
  /** Does nothing while it runs. */
  start(): Promise<void>;
  /** Ends all connections, as `systemctl stop` does; resolves when the server is gone. */
  stop(): Promise<void>;
}

/**
 * Debian's package, on a Unix socket of its own: while it is stopped, no port is free for another to take.
 * It is running, and goes with the stage.
 */
export async function startOwnPostgres(stage: Stage): Promise<OwnPostgres> {
  const bin = findDebianPostgres();
  if (bin === undefined) throw missing();
  const folder = await mkdtemp(path.join(tmpdir(), 'thermograph-faults-'));
  stage.releasers.push(() => rm(folder, { recursive: true, force: true }));
  const identity = userInfo().uid === 0 ? await postgresUser() : undefined;
  if (identity !== undefined) await chown(folder, identity.uid, identity.gid);
  const options = { ...identity, cwd: folder };
  const data = path.join(folder, 'data');
  await promisify(execFile)(
    path.join(bin, 'initdb'),
    ['-D', data, '-U', 'owner', '-A', 'trust', '--no-sync'],
    options,
  );
  const connection = { host: folder, port: 5432, user: 'owner', database: 'postgres', ssl: false };
  const proxy = await createProxy(path.join(folder, '.s.PGSQL.5432'));
  stage.releasers.push(() => proxy.close());

  let server: ChildProcess | undefined;
  let isClosed = false;
  const stop = async (): Promise<void> => {
    const stopping = server;
    stopping?.kill('SIGINT');
    await until('PostgreSQL has stopped', LIMIT_MS, () => stopping === undefined || hasEnded(stopping));
  };
  const start = async (): Promise<void> => {
    if (isClosed) throw new Error('the scenario is over');
    if (server !== undefined && !hasEnded(server)) return;
    const args = ['-D', data, '-p', '5432', '-h', '', '-k', folder];
    server = spawn(path.join(bin, 'postgres'), args, { ...options, stdio: 'ignore' });
    await until('PostgreSQL answers', LIMIT_MS, () => answers(connection));
  };
  stage.releasers.push(() => {
    isClosed = true;
    return stop();
  });
  await start();
  return { url: `postgres://owner@127.0.0.1:${proxy.port}/postgres`, connection, proxy, start, stop };
}

/** CI installs it, so there its lack is a failure. */
function missing(): Error {
  const why = "PostgreSQL of Debian's package is not installed (apt-get install postgresql)";
  return process.env['CI'] === undefined ? new SkippedError(why) : new Error(why);
}

async function answers(connection: ClientConfig): Promise<boolean> {
  const client = new Client(connection);
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
