import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  databaseFactory,
  kill,
  makeFolder,
  query,
  refusal,
  serverPid,
  spawnService,
  start,
} from './support.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
const canUnshare = isRoot && spawnSync('sh', ['-c', 'unshare --user --map-user=1 true']).status === 0;
/** A child of ours that is not root has to read these sources, and to run this Node, which may lie in root's home. */
const canDrop =
  isRoot &&
  spawnSync('test', ['-r', fileURLToPath(import.meta.url)], NOBODY).status === 0 &&
  spawnSync(process.execPath, ['--version'], NOBODY).status === 0;

const makeDatabase = databaseFactory();

async function ownerOf(...parts: string[]): Promise<number> {
  return (await stat(path.join(...parts))).uid;
}

/** A folder that `nobody` owns, below one that everybody can pass. */
async function makeNobodysFolder(): Promise<string> {
  const dataDir = await makeFolder();
  await mkdir(dataDir, { mode: 0o700 });
  await chown(dataDir, NOBODY.uid, NOBODY.gid);
  await chmod(path.dirname(dataDir), 0o711);
  return dataDir;
}

async function realUid(pid: number | undefined): Promise<number> {
  return ownerOf('/proc', String(pid));
}

describe.runIf(isRoot)('as root (only root can try what root needs)', () => {
  test.runIf(canUnshare)(
    'runs in a user namespace, where those are allowed, and leaves files root’s',
    async () => {
      const dataDir = await makeFolder();
      const server = await start({ dataDir, rootWay: 'user-namespace' });
      expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      expect(await ownerOf(dataDir, 'postgres', 'PG_VERSION')).toBe(0);
      expect((await stat(path.dirname(dataDir))).mode & 0o777).toBe(0o700);
    },
  );

  test('runs as another user, who is given the folders of the server', async () => {
    const dataDir = await makeFolder();
    await chmod(path.dirname(dataDir), 0o711);
    const server = await start({ dataDir, rootWay: 'other-user' });
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const nobody = await realUid(await serverPid(dataDir));
    expect(nobody).toBeGreaterThan(0);
    expect(await Promise.all(['postgres', 'run', '.'].map((name) => ownerOf(dataDir, name)))).toEqual([
      nobody,
      nobody,
      0,
    ]);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o711);
    expect((await stat(path.join(dataDir, 'run'))).mode & 0o777).toBe(0o700);

    await server.close();
    // Once a database is another user's, it stays so, whatever the system allows by then.
    await start({ dataDir });
    expect(await realUid(await serverPid(dataDir))).toBe(nobody);
  });

  test('hands a database of root’s over to another user where namespaces have come to be forbidden', async () => {
    const dataDir = await makeDatabase();
    await chmod(path.dirname(dataDir), 0o711);
    const server = await start({ dataDir, rootWay: 'other-user' });
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const owners = await Promise.all(
      (await readdir(path.join(dataDir, 'postgres'))).map((name) => ownerOf(dataDir, 'postgres', name)),
    );
    expect(owners).not.toContain(0);
  });

  test('is refused, with what to do, where no other user can reach DATA_DIR', async () => {
    const dataDir = await makeFolder();
    const error = await refusal({ dataDir, rootWay: 'other-user' });
    expect([error.code, error.hint]).toEqual(['cannot-drop-root', expect.stringContaining('ordinary user')]);
    expect(await readdir(dataDir)).toEqual([]);
  });

  test('makes the database that of the ordinary user who owns DATA_DIR', async () => {
    const dataDir = await makeNobodysFolder();
    await start({ dataDir });
    expect(await realUid(await serverPid(dataDir))).toBe(NOBODY.uid);
    expect(await ownerOf(dataDir, 'postgres')).toBe(NOBODY.uid);
  });

  test('does not trust a folder for the socket that another user has put there first', async () => {
    const dataDir = await makeFolder('long-'.repeat(40));
    const temporaryDirectory = await makeFolder('tmp');
    await mkdir(temporaryDirectory);
    const first = await start({ dataDir, temporaryDirectory, rootWay: 'user-namespace' });
    await first.close();
    await chown(first.connection.host, 12_345, 12_345);
    const error = await refusal({ dataDir, temporaryDirectory, rootWay: 'user-namespace' });
    expect([error.code, error.message]).toEqual(['folder-not-usable', expect.stringContaining('12345')]);
  });
});

describe.runIf(canDrop)(
  'as an ordinary user (to become one takes root, and a Node and sources that all can read)',
  () => {
    test('starts, stops, and starts again', async () => {
      const dataDir = await makeNobodysFolder();
      const first = await spawnService({ dataDir }, NOBODY);
      expect(first.said.connection).toMatchObject({ database: 'thermograph' });
      expect(await realUid(await serverPid(dataDir))).toBe(NOBODY.uid);
      await kill(first.process, 'SIGTERM');
      expect(await serverPid(dataDir)).toBeUndefined();
      const second = await spawnService({ dataDir }, NOBODY);
      expect(second.said.connection).toBeDefined();
    });

    test('starts where root has made the database, as by a restore before the first start', async () => {
      const dataDir = await makeNobodysFolder();
      await (await start({ dataDir })).close();
      const service = await spawnService({ dataDir }, NOBODY);
      expect(service.said).toMatchObject({ connection: { database: 'thermograph' } });
    });

    test('starts and stops by pg_ctl, as on Windows', async () => {
      const dataDir = await makeNobodysFolder();
      const service = await spawnService({ dataDir, conventions: 'windows' }, NOBODY);
      expect(service.said.connection).toMatchObject({ host: '127.0.0.1' });
      await kill(service.process, 'SIGTERM');
      expect(await serverPid(dataDir)).toBeUndefined();
    });

    test('is refused in a folder that it can’t write or enter', async () => {
      const dataDir = await makeFolder();
      const service = await spawnService({ dataDir }, NOBODY);
      expect(service.said).toMatchObject({
        code: 'folder-not-usable',
        message: expect.stringContaining(dataDir),
      });
    });

    test('is refused with a database of root’s, and told whose it must be', async () => {
      const dataDir = await makeDatabase();
      await chmod(path.dirname(dataDir), 0o711);
      await chmod(dataDir, 0o777);
      const service = await spawnService({ dataDir }, NOBODY);
      expect(service.said).toMatchObject({
        code: 'folder-not-usable',
        hint: expect.stringContaining('owns'),
      });
    });
  },
);
