import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ClientConfig } from 'pg';
import { readPidFile } from '../../src/storage/embedded/pid-file.ts';
import { isAlive, isServerOn } from '../../src/storage/embedded/process-identity.ts';
import { until } from './until.ts';

const GONE_LIMIT_MS = 30_000;

/** How to reach the embedded server of a DATA_DIR. */
export function embeddedConnection(dataDir: string): ClientConfig {
  return {
    host: path.join(dataDir, 'run'),
    port: 5432,
    user: 'thermograph',
    database: 'thermograph',
    ssl: false,
  };
}

/** kill -9 of the embedded server and all of its processes; resolves when the server is gone, or if none runs. */
export async function killEmbedded(dataDir: string): Promise<void> {
  const pid = await postmaster(dataDir);
  if (pid === undefined) return;
  const children = await childrenOf(pid);
  for (const each of [pid, ...children.map((child) => child.pid)]) killNow(each);
  await until('PostgreSQL is gone', GONE_LIMIT_MS, async () => !(await isServerOn(folder(dataDir), pid)));
}

/** kill -9 of one of the processes that serve connections, which makes the server end the others, too. */
export async function killBackend(dataDir: string): Promise<void> {
  const pid = await postmaster(dataDir);
  const children = pid === undefined ? [] : await childrenOf(pid);
  const backends = children.filter(({ command }) => command.includes('thermograph thermograph'));
  const victim = backends[Math.floor(Math.random() * backends.length)];
  if (victim !== undefined) killNow(victim.pid);
}

/** `undefined` unless the process by this number is a server on that folder. */
async function postmaster(dataDir: string): Promise<number | undefined> {
  const file = await readPidFile(folder(dataDir)).catch(() => undefined);
  if (file === undefined || !isAlive(file.pid)) return undefined;
  return (await isServerOn(folder(dataDir), file.pid)) ? file.pid : undefined;
}

function folder(dataDir: string): string {
  return path.join(dataDir, 'postgres');
}

async function childrenOf(pid: number): Promise<readonly { pid: number; command: string }[]> {
  // `ps` exits with 1 when there are none.
  const args = ['-ww', '-o', 'pid=,args=', '--ppid', String(pid)];
  const { stdout } = await promisify(execFile)('ps', args).catch(() => ({ stdout: '' }));
  return stdout
    .split('\n')
    .map((line) => ({ pid: Number.parseInt(line, 10), command: line }))
    .filter((child) => child.pid > 0);
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}
