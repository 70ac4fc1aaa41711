import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { readPidFile } from './pid-file.ts';
import { isAlive, isServerOn } from './process-identity.ts';
import type { Site } from './site.ts';

/** A slow disk may need long for the last checkpoint. */
const STOP_LIMIT_MS = 60_000;
const POLL_MS = 10;
/** A dead process keeps its number until its parent asks after it, which some never do. */
const UNREAPED_MS = 500;

/**
 * Tells server `pid` to end its sessions and itself, and does not wait: PostgreSQL's fast shutdown. Never throws. Only for
 * a process that is known to be the server.
 */
export function askToStop(site: Site, pid: number): void {
  try {
    if (site.conventions === 'unix' || process.getuid?.() === 0) {
      process.kill(pid, 'SIGINT');
      return;
    }
    // Windows has no signals, and pg_ctl no liking for root.
    const args = ['stop', '-D', site.directory, '-m', 'fast', '-W', '-s'];
    const child = spawn(site.binaries.pgCtl, args, { detached: true, windowsHide: true, stdio: 'ignore' });
    child.on('error', () => undefined).unref();
  } catch {
    // It has just ended by itself.
  }
}

/** Stops server `pid` and waits until it is gone. One that takes too long is left to end by itself. */
export async function stopPostmaster(site: Site, pid: number): Promise<void> {
  if (!(await isServerOn(site.directory, pid))) return;
  askToStop(site, pid);
  const askedAt = performance.now();
  let endedAt = Number.POSITIVE_INFINITY;
  while (isAlive(pid) && performance.now() < endedAt + UNREAPED_MS) {
    if (performance.now() > askedAt + STOP_LIMIT_MS) {
      site.log.warn(
        { pid },
        'PostgreSQL still shuts down; leaving it to it. The next start waits for its end',
      );
      return;
    }
    await pause(POLL_MS);
    if (endedAt === Number.POSITIVE_INFINITY && (await hasLet(site.directory, pid)))
      endedAt = performance.now();
  }
}

/** Whether the server has given up its lock file, which is the last thing it does, and no longer runs. */
async function hasLet(directory: string, pid: number): Promise<boolean> {
  const file = await readPidFile(directory).catch(() => undefined);
  return file?.pid !== pid && !(await isServerOn(directory, pid));
}
