import { execFile } from 'node:child_process';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { useFolder } from '../support/program.ts';
import { instructions, readProjectFile } from './files.ts';

const run = promisify(execFile);

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** The packages that `npm ci` lays down, each a link to where it is already: what takes minutes is not what is tested. */
async function install(into: string, omitted: readonly string[]): Promise<void> {
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(readProjectFile('package-lock.json'));
  // Those below another package come with it.
  const wanted = Object.entries(packages).filter(
    ([path, { dev = false, optional = false, devOptional = false }]) =>
      /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) &&
      !(omitted.includes('dev') && (dev || devOptional)) &&
      !(omitted.includes('optional') && (optional || devOptional)),
  );
  for (const [path] of wanted) {
    await mkdir(dirname(join(into, path)), { recursive: true });
    await symlink(resolve(path), join(into, path));
  }
  if (omitted.length === 0) await symlink(resolve('node_modules/.bin'), join(into, 'node_modules/.bin'));
}

async function copy(words: readonly string[], from: string, to: string): Promise<void> {
  const target = words.at(-1)!;
  for (const source of words.slice(0, -1)) {
    // A folder's contents go to the target, a file goes into it if it ends with a slash: as COPY does.
    const path = join(to, target, target.endsWith('/') ? basename(source) : '');
    const options = { recursive: true, verbatimSymlinks: true };
    await cp(join(from, source.replace(/^\/app\//, '')), path, options);
  }
}

/**
 * Follows the Dockerfile without an engine: each stage is a folder that gets what the stage copies, and in which its commands of
 * npm's run. Resolves with the folder that the last stage has as `/app`.
 */
export async function replayDockerfile(): Promise<string> {
  const stages = new Map<string, string>();
  let folder = '';
  for (const line of instructions(readProjectFile('Dockerfile'))) {
    const [kind = '', ...words] = line.trim().split(/\s+/);
    if (kind === 'FROM') {
      folder = await useFolder();
      stages.set(words.at(-1)!, folder);
    } else if (kind === 'COPY') {
      const stage = words[0]?.match(/^--from=(.+)$/)?.[1];
      await copy(stage ? words.slice(1) : words, stage ? stages.get(stage)! : '.', folder);
    } else if (kind === 'RUN' && words.slice(0, 2).join(' ') === 'npm ci') {
      await install(
        folder,
        words.flatMap((word) => word.match(/^--omit=(.+)$/)?.[1] ?? []),
      );
    } else if (kind === 'RUN' && words[0] === 'npm') {
      await run('sh', ['-euc', words.join(' ')], { cwd: folder });
    }
  }
  return folder;
}
