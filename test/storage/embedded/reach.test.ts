import { chmod, mkdir, readdir, readFile, readlink, stat, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseSocketDirectory } from '../../../src/storage/embedded/socket-directory.ts';
import {
  collectLog,
  databaseFactory,
  makeFolder,
  query,
  refusal,
  serverPid,
  start,
  until,
} from './support.ts';

const makeDatabase = databaseFactory();

/** The inodes of a process's sockets that are in the kernel's tables of TCP. */
async function tcpSockets(pid: number): Promise<string[]> {
  const fds = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(fds.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((table) => readFile(`/proc/${pid}/net/${table}`, 'utf8').catch(() => '')),
  );
  const inTables = new Set(
    tables.flatMap((text) => text.split('\n').map((line) => line.trim().split(/\s+/)[9])),
  );
  return links
    .flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
    .filter((inode) => inTables.has(inode));
}

describe('the way to the embedded server', () => {
  test('is a Unix socket in a folder that only its owner can enter', async () => {
    const dataDir = await makeDatabase();
    const server = await start({ dataDir });
    expect(server.connection.host).toBe(path.join(dataDir, 'run'));
    const found = await stat(server.connection.host);
    expect([found.uid, found.mode & 0o7777]).toEqual([process.getuid?.(), 0o700]);
    expect((await stat(path.join(dataDir, 'postgres'))).mode & 0o7777).toBe(0o700);
    expect((await stat(path.join(dataDir, 'postgres.log'))).mode & 0o7777).toBe(0o600);
  });

  test.runIf(process.platform === 'linux')(
    'is not TCP (looked up in /proc, which only Linux has)',
    async () => {
      const dataDir = await makeFolder();
      const bySocket = await start({ dataDir });
      expect(await tcpSockets((await serverPid(dataDir)) ?? 0)).toEqual([]);
      await bySocket.close();

      const elsewhere = await makeFolder();
      await start({ dataDir: elsewhere, conventions: 'windows' });
      expect(await tcpSockets((await serverPid(elsewhere)) ?? 0)).toHaveLength(1);
    },
  );

  test.each([
    ['spaces and quotes', `it's a "data" folder, really\\n`],
    ['letters beyond ASCII', 'Außentemperatur-温度'],
  ])('leads through a path with %s', async (_, name) => {
    const dataDir = await makeFolder(name);
    const server = await start({ dataDir });
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(server.connection.host).toBe(path.join(dataDir, 'run'));
  });

  test('leads elsewhere, to the same place each time, where the path is too long for a socket', async () => {
    const dataDir = await makeFolder('long-'.repeat(40));
    const temporaryDirectory = await makeFolder(`a 'quoted' "place"`);
    await mkdir(temporaryDirectory);
    const first = await start({ dataDir, temporaryDirectory });
    const { host } = first.connection;
    expect(path.dirname(host)).toBe(temporaryDirectory);
    expect((await stat(host)).mode & 0o7777).toBe(0o700);
    expect(await query(first.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await first.close();

    const link = await makeFolder();
    await symlink(dataDir, link);
    const second = await start({ dataDir: link, temporaryDirectory });
    expect(second.connection.host).toBe(host);
  });

  test('fits into a socket address up to the last byte', () => {
    const longest = `/${'d'.repeat(103 - '//run/.s.PGSQL.5432'.length)}`;
    expect(chooseSocketDirectory(longest, '/tmp')).toBe(`${longest}/run`);
    expect(chooseSocketDirectory(`${longest}d`, '/tmp')).toMatch(/^\/tmp\/thermograph-[0-9a-f]{24}$/);
    expect(chooseSocketDirectory(`${longest}d`, longest)).toMatch(/^\/tmp\/thermograph-/);
    expect(chooseSocketDirectory(`${longest}d`, '/tmp')).not.toBe(
      chooseSocketDirectory(`${longest}e`, '/tmp'),
    );
  });

  test('is closed again where it was left open', async () => {
    const dataDir = await makeDatabase();
    await chmod(path.join(dataDir, 'run'), 0o777);
    await start({ dataDir });
    expect((await stat(path.join(dataDir, 'run'))).mode & 0o7777).toBe(0o700);
  });

  test('is refused where a symbolic link stands in its place', async () => {
    const dataDir = await makeFolder();
    const elsewhere = await makeFolder();
    await Promise.all([mkdir(dataDir), mkdir(elsewhere)]);
    await symlink(elsewhere, path.join(dataDir, 'run'));
    const error = await refusal({ dataDir });
    expect(error.code).toBe('folder-not-usable');
    expect(error.message).toContain('not a folder');
  });
});

describe('TCP on loopback, where there are no Unix sockets', () => {
  test('asks for the password, also after a restart', async () => {
    const dataDir = await makeFolder();
    const first = await start({ dataDir, conventions: 'windows' });
    expect(first.connection.host).toBe('127.0.0.1');
    expect(await query(first.connection, 'SELECT inet_client_addr()')).toEqual([
      { inet_client_addr: '127.0.0.1' },
    ]);
    const wrong = { ...first.connection, password: 'thermograph' };
    await expect(query(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await query(first.connection, 'CREATE TABLE kept AS SELECT 1 AS one');
    await first.close();
    expect(await serverPid(dataDir)).toBeUndefined();

    const second = await start({ dataDir, conventions: 'windows' });
    expect(second.connection.password).toBe(first.connection.password);
    expect(await query(second.connection, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  test('comes back at the same port when the server is killed', async () => {
    const dataDir = await makeFolder();
    const { log, lines } = collectLog();
    const server = await start({ dataDir, log, conventions: 'windows' });
    process.kill((await serverPid(dataDir)) ?? 0, 'SIGKILL');
    await until(() => lines.some((line) => line.msg === 'PostgreSQL is back'));
    expect(await query(server.connection, 'SELECT inet_server_port() AS port')).toEqual([
      { port: server.connection.port },
    ]);
  });

  test('keeps the password where only the owner can read it', async () => {
    const dataDir = await makeFolder();
    const { connection } = await start({ dataDir, conventions: 'windows' });
    const file = path.join(dataDir, 'postgres', 'thermograph.password');
    expect(await readFile(file, 'utf8')).toBe(connection.password);
    expect((await stat(file)).mode & 0o7777).toBe(0o600);
    expect((await readdir(dataDir)).toSorted()).toEqual(['postgres', 'postgres.log']);
  });
});
