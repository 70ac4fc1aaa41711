import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Binaries, locateBinaries } from '../../../src/storage/embedded/binaries.ts';
import { isAlive } from '../../../src/storage/embedded/process-identity.ts';
import { databaseFactory, makeFolder, query, refusal, serverPid, start, until } from './support.ts';

const makeDatabase = databaseFactory();

/** A copy of the installed package whose programs and shared files can be changed; the libraries are the original's. */
async function copyPackage(): Promise<string> {
  const { platform, arch } = process;
  const { postgres } = await locateBinaries({ platform, arch });
  const copy = await mkdtemp(path.join(tmpdir(), 'tg-package-'));
  onTestFinished(() => rm(copy, { recursive: true, force: true }));
  const original = path.resolve(path.dirname(postgres), '../..');
  const lib = path.join(original, 'native', 'lib');
  await cp(original, copy, { recursive: true, filter: (source) => source !== lib });
  await symlink(lib, path.join(copy, 'native', 'lib'));
  return copy;
}

function locate(packageRoot: string): Promise<Binaries> {
  return locateBinaries({ platform: process.platform, arch: process.arch, packageRoot });
}

describe('a start is refused, with what to do,', () => {
  test('where there is no package for the platform', async () => {
    await expect(locateBinaries({ platform: 'sunos', arch: 'x64' })).rejects.toMatchObject({
      code: 'platform-unsupported',
      message: expect.stringContaining('sunos-x64'),
      hint: expect.stringContaining('DATABASE_URL'),
    });
  });

  test('where the package is not installed', async () => {
    const other = process.platform === 'win32' ? 'linux' : 'win32';
    await expect(locateBinaries({ platform: other, arch: 'x64' })).rejects.toMatchObject({
      code: 'binary-missing',
      hint: expect.stringContaining('--include=optional'),
    });
  });

  test('where a program is missing', async () => {
    const packageRoot = await copyPackage();
    await rm(path.join(packageRoot, 'native', 'bin', 'initdb'));
    const error = await refusal({ dataDir: await makeFolder(), packageRoot });
    expect([error.code, error.message]).toEqual(['binary-missing', expect.stringContaining('initdb')]);
  });

  test('where the system lacks the loader that the programs need, as musl systems do', async () => {
    const packageRoot = await copyPackage();
    await writeFile(path.join(packageRoot, 'native', 'bin', 'initdb'), '#!/lib/no-such-loader.so.2\n');
    const dataDir = await makeFolder();
    const error = await refusal({ dataDir, packageRoot });
    expect([error.code, error.hint]).toEqual([
      'platform-unsupported',
      expect.stringContaining('GNU C library'),
    ]);
    await writeFile(path.join(packageRoot, 'native', 'bin', 'postgres'), '#!/lib/no-such-loader.so.2\n');
    const later = await refusal({ dataDir: await makeDatabase(), packageRoot });
    expect(later.code).toBe('platform-unsupported');
  });

  test('where a newer major version made the database', async () => {
    const dataDir = await makeDatabase();
    await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '99\n');
    const error = await refusal({ dataDir });
    expect(error.code).toBe('data-version');
    expect(error.message).toContain('made by PostgreSQL 99; this is PostgreSQL 18');
    expect(error.hint).toContain('or a newer one');
  });

  test('where DATA_DIR is a file, or below one', async () => {
    const file = await makeFolder();
    await writeFile(file, '');
    expect((await refusal({ dataDir: file })).code).toBe('folder-not-usable');
    const error = await refusal({ dataDir: path.join(file, 'data') });
    expect([error.code, error.message]).toEqual(['folder-not-usable', expect.stringContaining(file)]);
  });

  test('where DATA_DIR has a name that PostgreSQL can not live with', async () => {
    const broken = await refusal({ dataDir: await makeFolder('two\nlines') });
    expect(broken).toMatchObject({
      code: 'folder-not-usable',
      message: expect.stringContaining('line break'),
    });
    const folders = Array.from({ length: 8 }, () => 'a'.repeat(100));
    const long = await refusal({ dataDir: path.join(await makeFolder(), ...folders) });
    expect(long).toMatchObject({
      code: 'folder-not-usable',
      message: expect.stringContaining('longer than 800 bytes'),
    });
  });

  test('where something else lies in the place of the database', async () => {
    const dataDir = await makeFolder();
    await mkdir(path.join(dataDir, 'postgres'), { recursive: true });
    await writeFile(path.join(dataDir, 'postgres', 'holiday.jpg'), '');
    const error = await refusal({ dataDir });
    expect([error.code, error.hint]).toEqual([
      'folder-not-usable',
      expect.stringContaining('Empty that folder'),
    ]);
  });

  test('where the folder for the socket is in use for something else, which stays as it is', async () => {
    const dataDir = await makeFolder();
    await mkdir(path.join(dataDir, 'run', 'lock'), { recursive: true, mode: 0o755 });
    await chmod(path.join(dataDir, 'run'), 0o755);
    const error = await refusal({ dataDir });
    expect([error.code, error.message]).toEqual(['folder-not-usable', expect.stringContaining('lock')]);
    expect((await stat(path.join(dataDir, 'run'))).mode & 0o777).toBe(0o755);
  });

  test('where the database is damaged, in the words of PostgreSQL', async () => {
    const dataDir = await makeDatabase();
    await truncate(path.join(dataDir, 'postgres', 'global', 'pg_control'), 100);
    const error = await refusal({ dataDir });
    expect(error.code).toBe('start-failed');
    expect(error.message).toContain('pg_control');
    expect(error.hint).toContain(path.join(dataDir, 'postgres.log'));
    const pid = await serverPid(dataDir);
    if (pid !== undefined) await until(() => !isAlive(pid));
  });

  test('where initdb fails, and leaves nothing half-made', async () => {
    const packageRoot = await copyPackage();
    await rm(path.join(packageRoot, 'native', 'share', 'postgresql', 'postgres.bki'));
    const dataDir = await makeFolder();
    const error = await refusal({ dataDir, packageRoot });
    expect([error.code, error.message]).toEqual(['start-failed', expect.stringContaining('postgres.bki')]);
    // With a whole package, the same folder will do.
    const server = await start({ dataDir });
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('an installation without install scripts', () => {
  test('gets the links that it lacks', async () => {
    const packageRoot = await copyPackage();
    const list = path.join(packageRoot, 'native', 'pg-symlinks.json');
    const [first] = JSON.parse(await readFile(list, 'utf8'));
    await rm(path.join(packageRoot, 'native', 'lib'));
    await mkdir(path.join(packageRoot, 'native', 'lib'));
    await locate(packageRoot);
    await locate(packageRoot);
    expect(await readlink(path.join(packageRoot, first.target))).toBe(path.basename(first.source));
  });

  test('gets its programs made executable', async () => {
    const packageRoot = await copyPackage();
    await chmod(path.join(packageRoot, 'native', 'bin', 'postgres'), 0o644);
    const server = await start({ dataDir: await makeDatabase(), packageRoot });
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
