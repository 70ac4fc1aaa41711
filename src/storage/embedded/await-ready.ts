import { setTimeout as pause } from 'node:timers/promises';
import { EmbeddedServerError } from './error.ts';
import { isSameServer, type PidFile, readPidFile } from './pid-file.ts';
import type { Site } from './site.ts';

/** The server writes its progress into its lock file; reading that is cheaper than knocking, and leaves no log lines. */
const POLL_MS = 10;
const TELL_AFTER_MS = 5000;
/** Recovery replays at most what `max_wal_size` lets pile up: minutes, on the slowest card. */
export const RECOVERY_LIMIT_MS = 10 * 60_000;

export interface Wait {
  /** The lock file of a server that is dead: not the one we wait for. */
  readonly leftover: PidFile | undefined;
  /** Whether the server waited for has ended. */
  readonly isOver: (file: PidFile | undefined) => boolean | Promise<boolean>;
  readonly pollMs?: number;
}

/**
 * Waits until the server takes connections, through its recovery if need be, for as long as it lives. `undefined` when
 * it has ended.
 * @throws EmbeddedServerError `start-failed` after ten minutes
 */
export async function awaitReady(site: Site, wait: Wait, signal: AbortSignal): Promise<PidFile | undefined> {
  const startedAt = performance.now();
  let told = false;
  for (;;) {
    // One look after the other is what polling is.
    const found = await readPidFile(site.directory);
    const file = isSameServer(found, wait.leftover) ? undefined : found;
    if (file?.status === 'ready') return file;
    if (await wait.isOver(file)) return undefined;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > RECOVERY_LIMIT_MS) throw stillRecovering(site);
    if (!told && waitedMs > TELL_AFTER_MS) {
      told = true;
      site.log.info('waiting for PostgreSQL; after a power cut it first repairs itself');
    }
    await pause(wait.pollMs ?? POLL_MS, undefined, { signal });
  }
}

export function stillRecovering(site: Site): EmbeddedServerError {
  const message = `PostgreSQL in ${site.directory} was not ready after ${RECOVERY_LIMIT_MS / 60_000} minutes.`;
  const hint = `It goes on by itself: see ${site.logFile}, and start Thermograph again later.`;
  return new StillRecovering('start-failed', message, hint);
}

/** The server is left running: to stop it would throw away what it has recovered. */
export class StillRecovering extends EmbeddedServerError {}
