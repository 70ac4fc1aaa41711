import { setTimeout as pause } from 'node:timers/promises';
import { awaitReady, RECOVERY_LIMIT_MS, StillRecovering, stillRecovering } from './await-ready.ts';
import { connectionTo, type EmbeddedConnection } from './connection.ts';
import { codeOf, EmbeddedServerError, reasonOf } from './error.ts';
import { findPostmaster } from './find-postmaster.ts';
import { type Launch, launchPostmaster } from './launch-postmaster.ts';
import { claimOwnership, type Ownership } from './ownership.ts';
import { isSameServer, type PidFile, readPidFile } from './pid-file.ts';
import { isServerOn } from './process-identity.ts';
import type { Site } from './site.ts';

/** A server that runs, and is ours alone. */
export interface HeldServer {
  readonly pid: number;
  readonly connection: EmbeddedConnection;
  readonly ownership: Ownership;
  /** It was running already: its last owner was killed. */
  readonly adopted: boolean;
}

/** Something stood in the way that passes by itself. */
interface Obstacle {
  readonly kind: 'not-ready' | 'unreachable' | 'in-the-way';
  readonly why: string;
}

const OBSTACLE_LIMIT_MS = 30_000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;
/** Asking after a process that is not our child may cost a process itself. */
const ADOPTED_POLL_MS = 100;

/**
 * The way to a server of our own; each step may send it back to the beginning:
 *
 *     look for a postmaster -- none --> make the folder if need be, launch -+
 *              |                                                           |
 *            found --------------------> wait until it is ready <----------+
 *                                                   |
 *              taken by another: give up <-- take the lock --> held (supervise.ts looks after it)
 *
 * Finds the server on our data folder or starts one, waits until it is ready, and takes the lock that makes it ours:
 * whatever happens meanwhile (it dies, stops, recovers, another start is quicker), we look again from the beginning.
 * What we started is stopped when this fails, unless another owner has it by then.
 * @throws EmbeddedServerError, or the reason of `signal`
 */
export async function acquireServer(site: Site, port: number, signal: AbortSignal): Promise<HeldServer> {
  const launches: Launch[] = [];
  try {
    return await untilNothingIsInTheWay(site, signal, () => attempt(site, port, signal, launches));
  } catch (error) {
    const isLeft =
      error instanceof StillRecovering ||
      (error instanceof EmbeddedServerError && error.code === 'data-dir-in-use');
    if (!isLeft) await Promise.all(launches.map((launch) => launch.stop()));
    // What an aborted pause throws is not the caller's reason.
    signal.throwIfAborted();
    throw explain(site, error);
  }
}

/** A full or read-only disk meets us at any step. */
function explain(site: Site, error: unknown): unknown {
  if (!/^E[A-Z0-9]+$/.test(codeOf(error))) return error;
  const message = `DATA_DIR ${site.dataDir} can't be used: ${reasonOf(error)}`;
  const hint =
    'See that its disk has room and can be written, and that its folders belong to who runs Thermograph.';
  return new EmbeddedServerError('folder-not-usable', message, hint, { cause: error });
}

async function attempt(
  site: Site,
  port: number,
  signal: AbortSignal,
  launches: Launch[],
): Promise<HeldServer | Obstacle> {
  const { running, leftover } = await findPostmaster(site);
  let ready: PidFile | undefined;
  if (running === undefined) {
    const launch = await launchPostmaster(site, port, signal);
    launches.push(launch);
    ready = await awaitReady(site, { leftover, isOver: launch.isOver }, signal);
    if (ready === undefined) {
      const failure = await launch.explain();
      if (failure !== undefined) throw failure;
      return { kind: 'in-the-way', why: 'another PostgreSQL is in the way, or what is left of one' };
    }
  } else {
    const isOver = async (file: PidFile | undefined) =>
      !isSameServer(file, running) || !(await isServerOn(site.directory, running.pid));
    ready = await awaitReady(site, { leftover, isOver, pollMs: ADOPTED_POLL_MS }, signal);
    if (ready === undefined) return { kind: 'in-the-way', why: 'the last PostgreSQL has just stopped' };
  }
  const { pid } = ready;
  const adopted = !launches.some((launch) => launch.pid === pid || launch.pid === undefined);
  return claim(site, ready, adopted, signal);
}

async function claim(
  site: Site,
  ready: PidFile,
  adopted: boolean,
  signal: AbortSignal,
): Promise<HeldServer | Obstacle> {
  const connection = await connectionTo(site.directory, ready);
  const result = await claimOwnership(connection, site.role, signal);
  if (result.kind === 'taken') {
    const message = `Another Thermograph (${result.by}) works with DATA_DIR ${site.dataDir}.`;
    const hint = 'Stop that one first, or give this one a DATA_DIR of its own.';
    throw new EmbeddedServerError('data-dir-in-use', message, hint);
  }
  if (result.kind !== 'owned') return result;
  const { ownership } = result;
  // We may have got the lock only because its last owner has just told the server to stop.
  const now = await readPidFile(site.directory);
  if (isSameServer(now, ready) && now?.status === 'ready') {
    return { pid: ready.pid, connection, ownership, adopted };
  }
  await ownership.release();
  return { kind: 'not-ready', why: 'the server is stopping' };
}

async function untilNothingIsInTheWay(
  site: Site,
  signal: AbortSignal,
  tryOnce: () => Promise<HeldServer | Obstacle>,
): Promise<HeldServer> {
  let last: { kind: string; at: number } | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const result = await tryOnce();
    if (!('kind' in result)) return result;
    if (last?.kind !== result.kind) last = { kind: result.kind, at: performance.now() };
    const waitedMs = performance.now() - last.at;
    if (result.kind === 'not-ready') {
      if (waitedMs > RECOVERY_LIMIT_MS) throw stillRecovering(site);
    } else if (waitedMs > OBSTACLE_LIMIT_MS) {
      const message = `PostgreSQL in ${site.directory} can't be used: ${result.why}.`;
      const hint = `Look for a PostgreSQL process on that folder and stop it; see ${site.logFile}.`;
      throw new EmbeddedServerError('start-failed', message, hint);
    }
    await pause(pauseMs, undefined, { signal });
  }
}
