import { setTimeout as pause } from 'node:timers/promises';
import { acquireServer, type HeldServer } from './acquire.ts';
import type { EmbeddedConnection } from './connection.ts';
import { EmbeddedServerError, type EmbeddedServerErrorCode } from './error.ts';
import type { Site } from './site.ts';
import { askToStop, stopPostmaster } from './stop-postmaster.ts';

/** One that has lived this long is not in a circle of dying and being started. */
const STABLE_MS = 60_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** What trying again can't mend. */
const FINAL: ReadonlySet<EmbeddedServerErrorCode> = new Set(['data-dir-in-use', 'moved']);

/** A server in our hands. */
export interface Supervised {
  close(): Promise<void>;
  abandon(): void;
}

/**
 * Keeps the server ours until it is closed: when our session with it ends, the server is found or started again, and the
 * lock taken again. `closing` is aborted when it is to end.
 */
export function supervise(
  site: Site,
  first: HeldServer,
  closing: AbortController,
  onLost: ((error: Error) => void) | undefined,
): Supervised {
  let last = first;
  /** Whether our session with it lives, which also shows that its pid is still its own. */
  let isHeld = true;
  let isAnothers = false;
  let heldSince = performance.now();
  let earlyDeaths = 0;

  const keep = async (): Promise<void> => {
    for (;;) {
      await last.ownership.ended;
      isHeld = false;
      if (closing.signal.aborted) return;
      site.log.warn({ pid: last.pid }, 'lost the session with PostgreSQL; looking after it');
      earlyDeaths = performance.now() - heldSince > STABLE_MS ? 0 : earlyDeaths + 1;
      await pause(Math.min(Math.max(earlyDeaths - 1, 0) * 1000, LONGEST_PAUSE_MS), undefined, {
        signal: closing.signal,
      });
      last = await comeBackSometime(site, first.connection, closing.signal);
      isHeld = true;
      if (closing.signal.aborted) return;
      heldSince = performance.now();
      site.log.warn({ pid: last.pid }, 'PostgreSQL is back');
    }
  };
  const keeping = keep().catch((error: unknown) => {
    if (closing.signal.aborted) return;
    isAnothers = error instanceof EmbeddedServerError && error.code === 'data-dir-in-use';
    site.log.error({ err: error, dataDir: site.dataDir }, 'PostgreSQL is lost');
    onLost?.(error instanceof Error ? error : new Error(String(error)));
  });

  const close = async (): Promise<void> => {
    closing.abort(new Error('the embedded server is being closed'));
    if (!isHeld) await keeping;
    if (isAnothers) return;
    // The lock is released only after the stop: nobody may start to use a server that is going away.
    await stopPostmaster(site, last.pid);
    await last.ownership.release();
    await keeping;
  };
  let closed: Promise<void> | undefined;
  return {
    close: () => (closed ??= close()),
    abandon: () => {
      closing.abort(new Error('the embedded server is abandoned'));
      if (isHeld) askToStop(site, last.pid);
    },
  };
}

/** Tries until it succeeds: a full disk, say, is for the owner to mend, and readings are spooled meanwhile if they can be. */
async function comeBackSometime(
  site: Site,
  connection: EmbeddedConnection,
  signal: AbortSignal,
): Promise<HeldServer> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return await comeBack(site, connection, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof EmbeddedServerError) || FINAL.has(error.code)) throw error;
      site.log.error(
        { reason: error.message, hint: error.hint, againInMs: pauseMs },
        'PostgreSQL can not be started again',
      );
      await pause(pauseMs, undefined, { signal });
    }
  }
}

async function comeBack(
  site: Site,
  connection: EmbeddedConnection,
  signal: AbortSignal,
): Promise<HeldServer> {
  const held = await acquireServer(site, connection.port, signal);
  const { host, port } = held.connection;
  if (host === connection.host && port === connection.port) return held;
  await stopPostmaster(site, held.pid);
  await held.ownership.release();
  const message = `PostgreSQL came back at another address (${host} port ${port}).`;
  throw new EmbeddedServerError('moved', message, 'Start Thermograph again.');
}
