import { execFile } from 'node:child_process';
import { readFile, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';
import { codeOf } from './error.ts';

/** Whether there is a process by this number, whoever's it may be. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/**
 * Whether process `pid` is a PostgreSQL server on the data folder `directory`. A number alone says little: after a
 * reboot, and in each new container, it soon belongs to something else. In doubt, the answer is yes.
 */
export async function isServerOn(directory: string, pid: number): Promise<boolean> {
  if (pid === 0 || !isAlive(pid)) return false;
  if (process.platform === 'win32') return isNamed(pid, 'postgres.exe');
  const folder = await realpath(directory).catch(() => directory);
  const fromProc = process.platform === 'linux' ? await readProc(pid, folder) : undefined;
  return fromProc ?? (await readPs(pid, folder));
}

/** A server's working directory is its data folder. `undefined` where there is no /proc. */
async function readProc(pid: number, folder: string): Promise<boolean | undefined> {
  try {
    // Not /proc/…/exe: on an emulated processor that is the emulator.
    const [cwd, command] = await Promise.all([
      readlink(`/proc/${pid}/cwd`),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    return cwd === folder && command.includes('postgres');
  } catch {
    const hasProc = await readlink('/proc/self/cwd').catch(() => undefined);
    // Another user's process can't be looked into, and can't be a server on our folder; nor can a dead one that
    // nobody has waited for.
    return hasProc === undefined ? undefined : false;
  }
}

async function readPs(pid: number, folder: string): Promise<boolean> {
  const command = await output('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
  return command === undefined ? isAlive(pid) : command.includes('postgres') && command.includes(folder);
}

async function isNamed(pid: number, program: string): Promise<boolean> {
  const list = await output('tasklist', ['/FI', `PID eq ${pid}`, '/NH', '/FO', 'CSV']);
  return list === undefined || list.toLowerCase().includes(program);
}

async function output(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(command, args)).stdout;
  } catch (error) {
    // `ps` exits with 1 when there is no such process; a missing `ps` has no exit status.
    return error instanceof Error && 'code' in error && typeof error.code === 'number' ? '' : undefined;
  }
}
