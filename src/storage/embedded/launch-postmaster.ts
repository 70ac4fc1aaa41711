import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { prepareDataDirectory } from './data-directory.ts';
import { codeOf } from './error.ts';
import { type PidFile, readPidFile } from './pid-file.ts';
import { chooseRunAs } from './privileges.ts';
import { isAlive } from './process-identity.ts';
import { commandLine, type RunAs } from './program.ts';
import { explainFailure } from './program-failure.ts';
import { lastWords, openLog } from './server-log.ts';
import { type Listening, writeSettings } from './settings.ts';
import type { Site } from './site.ts';
import { prepareSocketDirectory } from './socket-directory.ts';
import { stopPostmaster } from './stop-postmaster.ts';

/** A server that we have started; whether it gets ready is for its lock file to say. */
export interface Launch {
  /** `undefined` when pg_ctl has started it. */
  readonly pid: number | undefined;
  /** Whether it has ended. `file` is its lock file, if it has written one yet. */
  readonly isOver: (file: PidFile | undefined) => boolean;
  /** Why it has ended; `undefined` when another server or its remains stood in the way, which passes. */
  explain(): Promise<Error | undefined>;
  /** Stops it, wherever in its start it is, and waits for its end. */
  stop(): Promise<void>;
}

/** pg_ctl tells nothing of a server that dies at once. */
const UNSEEN_MS = 15_000;

/**
 * Prepares all that the server needs, in this order, and starts it. Only for when none runs. `port` is the TCP port to
 * take if it is still free, where there is no Unix socket.
 * @throws EmbeddedServerError
 */
export async function launchPostmaster(site: Site, port: number, signal: AbortSignal): Promise<Launch> {
  const runAs = await chooseRunAs(site);
  await prepareDataDirectory(site, runAs, signal);
  const listening: Listening =
    site.conventions === 'unix'
      ? { socketDirectory: await prepareSocketDirectory(site, runAs) }
      : { port: (await freePort(port)) ?? (await freePort(0)) ?? 0 };
  await writeSettings(site, runAs, listening);
  signal.throwIfAborted();
  return start(site, runAs);
}

async function start(site: Site, runAs: RunAs): Promise<Launch> {
  const log = await openLog(site.logFile);
  try {
    const logFrom = (await log.stat()).size;
    const { postgres, pgCtl } = site.binaries;
    const direct = site.conventions === 'unix';
    const command = direct
      ? [postgres, '-D', site.directory]
      : [pgCtl, 'start', '-W', '-s', '-D', site.directory, '-l', site.logFile];
    const [file, args, options] = commandLine(runAs, site.dataDir, command);
    // In a session of its own, or the terminal's Ctrl-C would stop the server before we have drained.
    const child = spawn(file, args, {
      ...options,
      detached: direct,
      stdio: direct ? ['ignore', log.fd, log.fd] : 'ignore',
    });
    await spawned(child, site);
    if (!direct) await once(child, 'exit');
    child.unref();
    return asLaunch(site, child, direct, logFrom);
  } finally {
    await log.close();
  }
}

async function spawned(child: ChildProcess, site: Site): Promise<void> {
  try {
    await once(child, 'spawn');
  } catch (error) {
    throw explainFailure(site, 'postgres', { status: null, failure: codeOf(error), output: '' });
  }
}

function asLaunch(site: Site, child: ChildProcess, direct: boolean, logFrom: number): Launch {
  const unseenUntil = performance.now() + UNSEEN_MS;
  const hasExited = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: direct ? child.pid : undefined,
    isOver: (file) => {
      if (direct) return hasExited();
      return file === undefined ? performance.now() > unseenUntil : file.pid !== 0 && !isAlive(file.pid);
    },
    explain: async () => {
      const output = await lastWords(site.logFile, logFrom);
      return isPassing(output)
        ? undefined
        : explainFailure(site, 'postgres', { status: child.exitCode, failure: '', output });
    },
    stop: async () => {
      if (!direct) {
        const file = await readPidFile(site.directory);
        if (file !== undefined) await stopPostmaster(site, file.pid);
      } else if (!hasExited()) {
        child.ref();
        child.kill('SIGINT');
        await once(child, 'exit');
      }
    },
  };
}

/**
 * Another start was quicker; or the last server was killed and its backends have not all noticed yet; or somebody took
 * the TCP port that was free a moment ago.
 */
function isPassing(output: string): boolean {
  return /lock file ".*" (already exists|is empty)|pre-existing shared memory block|could not create any TCP/.test(
    output,
  );
}

/** A TCP port on loopback that nobody listens on: `wanted`, or any when that is 0. */
async function freePort(wanted: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(wanted, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
