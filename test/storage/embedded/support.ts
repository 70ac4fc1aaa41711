import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, type QueryResultRow } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import type { EmbeddedConnection } from '../../../src/storage/embedded/connection.ts';
import { EmbeddedServerError } from '../../../src/storage/embedded/error.ts';
import {
  type EmbeddedServer,
  type EmbeddedServerOptions,
  startEmbeddedServer,
} from '../../../src/storage/embedded/server.ts';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
}

/** A real logger that keeps what it is told. */
export function collectLog(): { log: EmbeddedServerOptions['log']; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (line: string) => {
    lines.push(JSON.parse(line));
  };
  return { log: pino({ base: null }, { write }), lines };
}

/** A folder of this test's own, which goes away with it, and with it whatever server has been left running there. */
export async function makeFolder(name = 'data'): Promise<string> {
  const parent = await realpath(await mkdtemp(path.join(tmpdir(), 'tg-')));
  onTestFinished(async () => {
    await killServer(path.join(parent, name));
    await rm(parent, { recursive: true, force: true });
  });
  return path.join(parent, name);
}

/**
 * A database that has been started and closed once, to copy from: makes a DATA_DIR of the test's own in a tenth of
 * the time that PostgreSQL needs to make one. For tests that are not about first starts; call it outside of them.
 */
export function databaseFactory(): () => Promise<string> {
  let parent = '';
  beforeAll(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'tg-'));
    const server = await startEmbeddedServer({ dataDir: path.join(parent, 'data'), log: collectLog().log });
    await server.close();
  });
  afterAll(() => rm(parent, { recursive: true, force: true }));
  return async () => {
    const dataDir = await makeFolder();
    await cp(path.join(parent, 'data'), dataDir, { recursive: true });
    return dataDir;
  };
}

/** The number in the server's lock file; `undefined` when no server runs. */
export async function serverPid(dataDir: string): Promise<number | undefined> {
  const text = await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  return Number.parseInt(text, 10) || undefined;
}

async function killServer(dataDir: string): Promise<void> {
  const pid = await serverPid(dataDir);
  const command = pid === undefined ? '' : await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (pid !== undefined && command.includes(dataDir)) process.kill(pid, 'SIGKILL');
}

/** Starts a server that is closed with the test. */
export async function start(
  options: Partial<EmbeddedServerOptions> & { dataDir: string },
): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ log: collectLog().log, ...options });
  onTestFinished(() => server.close());
  return server;
}

/** The refusal that a start ends in. */
export async function refusal(
  options: Partial<EmbeddedServerOptions> & { dataDir: string },
): Promise<EmbeddedServerError> {
  try {
    await start(options);
  } catch (error) {
    if (error instanceof EmbeddedServerError) return error;
    throw error;
  }
  throw new Error('the server has started');
}

export async function query<Row extends QueryResultRow>(
  connection: EmbeddedConnection,
  text: string,
): Promise<Row[]> {
  const client = new Client({ ...connection });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Asks again until the answer is neither false nor an error. The test's own time limit ends it. */
export async function until<T>(ask: () => Promise<T | false> | T | false): Promise<T> {
  for (;;) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => false as const);
    if (answer !== false) return answer;
    await pause(20);
  }
}

export interface Service {
  readonly process: ChildProcess;
  /** What it says first: `{"connection": …}` when it has started, `{"code": …, "message": …}` when it was refused. */
  readonly said: { connection?: EmbeddedConnection; code?: string; message?: string; hint?: string };
}

/** A service in a process of its own, as `user` if given. */
export async function spawnService(
  options: Partial<EmbeddedServerOptions> & { dataDir: string },
  user?: { uid: number; gid: number },
): Promise<Service> {
  const file = fileURLToPath(new URL('service.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', file, JSON.stringify(options)], {
    ...user,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const lines = createInterface(child.stdout);
  child.once('error', (error) => lines.emit('error', error));
  const [line] = await once(lines, 'line');
  return { process: child, said: JSON.parse(String(line)) };
}

export async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await once(child, 'exit');
}
