import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Starts one of the bench's own programs, in a process of its own, with its options. */
export function startProgram(name: string, options: object = {}): ChildProcess {
  const args = ['--import', 'tsx', `bench/support/programs/${name}.ts`, JSON.stringify(options)];
  return spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Runs one of them to its end, and returns the JSON that it prints. @throws when it fails */
export async function runProgram<T>(name: string, options: object = {}): Promise<T> {
  return result<T>(startProgram(name, options));
}

/** Waits for the end of a program, and returns the JSON that it prints. @throws when it fails */
export async function result<T>(child: ChildProcess): Promise<T> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
  return JSON.parse(text.slice(text.indexOf('{'))) as T;
}

/** Asks a process to end, and waits until it has. */
export async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Resolves with what `pattern` first finds in the output. @throws when the process ends before */
export function outputUntil(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const found = pattern.exec((text += chunk));
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code} before it was ready: ${text}`)));
  });
}

/** A port that was free a moment ago, below those that clients are given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    server.close();
    if (isFree) return port;
  }
}

/** @throws when nothing listens there in time */
export async function untilListening(port: number, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    const socket = connect(port, '127.0.0.1');
    const listening = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (listening) return;
    await sleep(0.05);
  }
  throw new Error(`nothing listens on port ${port}`);
}

export function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
