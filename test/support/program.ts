import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** The built program, running as a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  /** Where its start-up lines say that they are. */
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly startUpMs: number;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal that ended it. */
  exited(): Promise<number | NodeJS.Signals>;
}

/** An empty folder, removed when the test ends. */
export async function useFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thermograph-program-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts `dist/src/main.js` on free ports; resolves when it says that it runs. It is stopped when the test ends. */
export async function startProgram(env: Record<string, string>, args?: readonly string[]): Promise<Program> {
  const startedAt = Date.now();
  const running = runProgram(env, args);
  const ports = await new Promise<readonly [number, number]>((resolve, reject) => {
    running.process.stdout?.on('data', () => {
      const found = /Page +http:\/\/[^:]+:(\d+)\n +Broker +mqtt:\/\/[^:]+:(\d+)[^]*\n +Try .*\n/.exec(
        running.stdout(),
      );
      if (found) resolve([Number(found[1]), Number(found[2])]);
    });
    void running.exited().then((code) => reject(new Error(`it ended with ${code}: ${running.stderr()}`)));
  });
  return { ...running, httpPort: ports[0], mqttPort: ports[1], startUpMs: Date.now() - startedAt };
}

/** Runs `dist/src/main.js`, or what `args` says, on free ports unless `env` says otherwise. */
export function runProgram(
  env: Record<string, string>,
  args: readonly string[] = ['dist/src/main.js'],
): Omit<Program, 'httpPort' | 'mqttPort' | 'startUpMs'> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'], HTTP_PORT: '0', MQTT_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  return {
    process: child,
    stdout: () => out,
    stderr: () => err,
    kill: (signal) => void child.kill(signal),
    exited: () => ended,
  };
}
