import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { explain } from '../../src/cli/complain.ts';
import { run } from '../../src/cli/run.ts';

/** How a command ended, and what it said. */
export interface Ended {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is under way. */
export interface StartedCli {
  stderr(): string;
  /** As Ctrl-C does. */
  interrupt(): void;
  /** kill -9. */
  kill(): void;
  readonly ended: Promise<Ended>;
}

/** Runs `dist/src/thermograph.js` with nothing in its environment but `env`, and on standard input nothing but `input`. */
export function runCli(args: readonly string[], env: Record<string, string>, input = ''): Promise<Ended> {
  return startCli(args, env, input).ended;
}

export function startCli(args: readonly string[], env: Record<string, string>, input = ''): StartedCli {
  const child = spawn(process.execPath, ['dist/src/thermograph.js', ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Most commands end without having read it.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: (code ?? signal) as number | NodeJS.Signals,
    stdout,
    stderr,
  }));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    stderr: () => stderr,
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
    ended,
  };
}

/** The same without a process of its own. */
export async function runHere(
  args: readonly string[],
  env: Record<string, string>,
  { isTerminal = false, mayOpen = false, input = '' } = {},
): Promise<Ended> {
  const ended = { code: 0, stdout: '', stderr: '' };
  try {
    await run({
      commands,
      args,
      env,
      program: 'thermograph',
      version: '1.2.3',
      print: (text) => void (ended.stdout += text),
      tell: (text) => void (ended.stderr += text),
      streams: {
        stdin: Object.assign(Readable.from([input]), { isTTY: isTerminal }),
        stdout: new PassThrough(),
        stderr: {
          isTTY: isTerminal,
          columns: 200,
          write: (text) => void (ended.stderr += text),
        },
      },
      signal: new AbortController().signal,
      onOpened() {
        if (!mayOpen) throw new Error('the database was opened');
      },
      startService: () => Promise.reject(new Error('the service was started')),
    });
  } catch (error) {
    const { text, exitCode } = explain(error);
    ended.code = exitCode;
    ended.stderr += text;
  }
  return ended;
}

/** What a command printed with `--json`. @throws when it failed, or said anything else */
export async function runJson<T>(args: readonly string[], env: Record<string, string>): Promise<T> {
  const { code, stdout, stderr } = await runCli([...args, '--json'], env);
  if (code !== 0 || stderr !== '') throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

export interface StationLogin {
  readonly station: string;
  readonly username: string;
  readonly password: string;
}

export interface Login {
  readonly kind: string;
  readonly username: string;
  readonly password: string;
  readonly filters?: readonly string[];
}
