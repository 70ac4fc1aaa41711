import { spawn, type ChildProcess } from 'node:child_process';
import { until } from './until.ts';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 30_000;
const KEPT_OUTPUT = 8_000;

/** What is put to the test: a program, and where it keeps what it was given. */
export interface Program {
  /** Arguments of `node`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Is told what it writes to standard error, in pieces of any size. */
  readonly onError?: (text: string) => void;
}

/** The program as a process, which may be killed and started again. */
export interface Service {
  /** Resolves when it says that it runs. @throws when it ends before, or takes too long */
  start(): Promise<void>;
  /** kill -9. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>;
  /** {@link kill}; it can't be started again. */
  close(): Promise<void>;
  isRunning(): boolean;
  /** Of its broker; `undefined` while it does not run. */
  port(): number | undefined;
  /** Where it listens, by scheme (`mqtt`, `http`, `ws` and so on), as its start-up lines say. */
  ports(): Readonly<Record<string, number>>;
  pid(): number | undefined;
  /** Messages in its spool; `undefined` while it does not say. */
  spooled(): Promise<number | undefined>;
  /** Whether it is ready, and no check finds anything wrong. */
  isWell(): Promise<boolean>;
  /** How often it has ended without being told to. */
  deaths(): number;
  /** The end of what it has written so far. */
  output(): string;
}

export function createService({ args, env, onError }: Program): Service {
  let child: ChildProcess | undefined;
  let port: number | undefined;
  let ports: Readonly<Record<string, number>> = {};
  let output = '';
  let deaths = 0;
  let isWanted = false;
  let isClosed = false;

  const readyUrl = (): string => `http://127.0.0.1:${ports['http']}/health/ready`;

  function launch(): ChildProcess {
    const launched = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'], HTTP_PORT: '0', MQTT_PORT: '0', LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (text: string): void => {
      output = (output + text).slice(-KEPT_OUTPUT);
    };
    let said = '';
    launched.stderr.setEncoding('utf8').on('data', (text: string) => {
      keep(text);
      onError?.(text);
    });
    launched.stdout.setEncoding('utf8').on('data', (text: string) => {
      keep(text);
      said += text;
      const found = /Page +http:[^]+\n +Broker +mqtt:[^]+\n +Try /.exec(said);
      if (found === null) return;
      const addresses = found[0].matchAll(/(\w+):\/\/[^:/\s]+:(\d+)/g);
      ports = Object.fromEntries([...addresses].map(([, scheme, number]) => [scheme, Number(number)]));
      port = ports['mqtt'];
    });
    launched.once('exit', () => {
      port = undefined;
      if (child === launched && isWanted) deaths += 1;
    });
    return launched;
  }

  async function end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    isWanted = false;
    const ending = child;
    if (ending === undefined) return 0;
    ending.kill(signal);
    await until(`the service has ended after ${signal}`, STOP_LIMIT_MS, () => hasEnded(ending));
    return (ending.exitCode ?? ending.signalCode)!;
  }

  return {
    async start() {
      if (isClosed) throw new Error('the scenario is over');
      const launched = (child = launch());
      isWanted = true;
      await until('the service has started', START_LIMIT_MS, () => {
        if (hasEnded(launched)) throw new Error(`the service has ended with ${launched.exitCode}`);
        return port !== undefined;
      });
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    async close() {
      isClosed = true;
      await end('SIGKILL');
    },
    isRunning: () => child !== undefined && !hasEnded(child),
    port: () => port,
    ports: () => ports,
    pid: () => child?.pid,
    spooled: () => readSpooled(readyUrl()).catch(() => undefined),
    isWell: () => readWell(readyUrl()).catch(() => false),
    deaths: () => deaths,
    output: () => output,
  };
}

async function readSpooled(url: string): Promise<number | undefined> {
  const { checks } = (await (await fetch(url)).json()) as { checks: { spool: { messages: number } } };
  return checks.spool.messages;
}

async function readWell(url: string): Promise<boolean> {
  const response = await fetch(url);
  const { checks } = (await response.json()) as { checks: Record<string, { ok: boolean }> };
  return response.ok && Object.values(checks).every(({ ok }) => ok);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
