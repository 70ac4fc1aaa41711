import { spawn } from 'node:child_process';

const LIMIT_MS = 10 * 60_000;
const KEPT_OUTPUT = 2_000;

/**
 * Runs npm: the one that has started us, or the one on the path.
 * @returns what went wrong; `undefined` when it did what it was told
 * @throws the reason of `signal`
 */
export async function runNpm(
  args: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const script = process.env['npm_execpath'];
  const [file, all] = script?.endsWith('.js') ? [process.execPath, [script, ...args]] : ['npm', args];
  const child = spawn(file, all, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    windowsHide: true,
    // npm is a script there. Nothing of what it is given comes from elsewhere.
    shell: process.platform === 'win32' && file === 'npm',
    signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
  });
  let output = '';
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (output = (output + text).slice(-KEPT_OUTPUT)));
  const problem = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`npm could not be run (${error.message})`));
    child.once('close', (status) => resolve(status === 0 ? undefined : summary(output)));
  });
  signal.throwIfAborted();
  return problem;
}

function summary(output: string): string {
  const lines = output.split('\n').map((line) => line.replace(/^npm (?:error|ERR!) ?/, '').trim());
  return `npm said: ${
    lines
      .filter((line) => line !== '')
      .slice(0, 3)
      .join(' ') || 'nothing'
  }`;
}
