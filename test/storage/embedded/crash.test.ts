import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parsePidFile } from '../../../src/storage/embedded/pid-file.ts';
import { isAlive } from '../../../src/storage/embedded/process-identity.ts';
import {
  collectLog,
  databaseFactory,
  kill,
  query,
  refusal,
  serverPid,
  spawnService,
  start,
  until,
} from './support.ts';

const makeDatabase = databaseFactory();

function pidFile(dataDir: string): string {
  return path.join(dataDir, 'postgres', 'postmaster.pid');
}

/** Some process that has nothing to do with PostgreSQL. */
function unrelated(): ChildProcess {
  const child = spawn('sleep', ['600']);
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** A database whose server has died at once with everything around it, as in a power cut: its lock files are still there. */
async function afterPowerCut(): Promise<{ dataDir: string; lockFile: string }> {
  const dataDir = await makeDatabase();
  const service = await spawnService({ dataDir });
  const { connection } = service.said;
  if (connection === undefined) throw new Error(service.said.message);
  await query(connection, 'CREATE TABLE kept AS SELECT 1 AS one');
  const lockFile = await readFile(pidFile(dataDir), 'utf8');
  await kill(service.process, 'SIGKILL');
  process.kill(Number.parseInt(lockFile, 10), 'SIGKILL');
  return { dataDir, lockFile };
}

describe('after a crash', () => {
  test('the server that a killed service has left running is taken over, and closed', async () => {
    const dataDir = await makeDatabase();
    const service = await spawnService({ dataDir });
    const pid = await serverPid(dataDir);
    await kill(service.process, 'SIGKILL');

    const { log, lines } = collectLog();
    const server = await start({ dataDir, log });
    expect(await serverPid(dataDir)).toBe(pid);
    expect(lines.map((line) => line.msg)).toEqual(['took over the PostgreSQL that was still running']);
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.close();
    expect(await serverPid(dataDir)).toBeUndefined();
    await until(() => !isAlive(pid ?? 0));
  });

  test.runIf(process.platform === 'linux')(
    'a Ctrl-C to the process group of the service does not reach the server (groups are read from /proc, which only Linux has)',
    async () => {
      const dataDir = await makeDatabase();
      const service = await spawnService({ dataDir });
      const pid = (await serverPid(dataDir)) ?? 0;
      const groupOf = async (who: number) =>
        (await readFile(`/proc/${who}/stat`, 'utf8')).split(') ')[1]?.split(' ')[2];
      expect(await groupOf(pid)).not.toBe(await groupOf(service.process.pid ?? 0));
    },
  );

  test('a killed server comes back under the service that uses it, with all that was committed', async () => {
    const dataDir = await makeDatabase();
    const { log, lines } = collectLog();
    const server = await start({ dataDir, log });
    await query(server.connection, 'CREATE TABLE kept AS SELECT 1 AS one');
    const pid = (await serverPid(dataDir)) ?? 0;
    process.kill(pid, 'SIGKILL');
    await until(() => lines.some((line) => line.msg === 'PostgreSQL is back'));
    expect(await query(server.connection, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    expect(await serverPid(dataDir)).not.toBe(pid);
    await server.close();
    expect(await serverPid(dataDir)).toBeUndefined();
  });

  test('a killed server that can’t be started again comes back when what is in its way has gone', async () => {
    const dataDir = await makeDatabase();
    const { log, lines } = collectLog();
    const server = await start({ dataDir, log });
    const control = path.join(dataDir, 'postgres', 'global', 'pg_control');
    const good = await readFile(control);
    await truncate(control, 100);
    process.kill((await serverPid(dataDir)) ?? 0, 'SIGKILL');
    await until(() => lines.some((line) => line.msg === 'PostgreSQL can not be started again'));
    await writeFile(control, good);
    await until(() => lines.some((line) => line.msg === 'PostgreSQL is back'));
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.close();
  });

  test('a killed backend makes the server start over, and the service keeps it', async () => {
    const dataDir = await makeDatabase();
    const { log, lines } = collectLog();
    const server = await start({ dataDir, log });
    const pid = await serverPid(dataDir);
    const [backend] = await query<{ pid: number }>(
      server.connection,
      "SELECT pid FROM pg_locks WHERE locktype = 'advisory'",
    );
    process.kill(backend?.pid ?? 0, 'SIGKILL');
    await until(() => lines.some((line) => line.msg === 'PostgreSQL is back'));
    expect(await serverPid(dataDir)).toBe(pid);
    expect((await refusal({ dataDir })).code).toBe('data-dir-in-use');
  });

  test('a server that is closed while it is lost does not come back', async () => {
    const dataDir = await makeDatabase();
    const { log, lines } = collectLog();
    const server = await start({ dataDir, log });
    process.kill((await serverPid(dataDir)) ?? 0, 'SIGKILL');
    await until(() => lines.length > 2);
    await server.close();
    const pid = await serverPid(dataDir);
    if (pid !== undefined) await until(() => !isAlive(pid));
    expect(lines.map((line) => line.msg)).not.toContain('PostgreSQL is lost');
  });

  test('the committed rows are there', async () => {
    const { dataDir } = await afterPowerCut();
    const server = await start({ dataDir });
    expect(await query(server.connection, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  test('a lock file whose number is now another process is removed, with a warning', async () => {
    const { dataDir, lockFile } = await afterPowerCut();
    const other = unrelated();
    const stale = lockFile.replace(/^\d+/, String(other.pid));
    await writeFile(pidFile(dataDir), stale);
    await writeFile(path.join(dataDir, 'run', '.s.PGSQL.5432.lock'), stale);
    const { log, lines } = collectLog();
    const server = await start({ dataDir, log });
    expect(await query(server.connection, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    expect(lines.map((line) => [line.level, line.msg])).toEqual([
      [40, 'removed the lock file of a PostgreSQL that no longer runs'],
      [40, 'removed the lock of a PostgreSQL that no longer runs'],
      [30, 'PostgreSQL is ready'],
    ]);
    expect(other.exitCode).toBeNull();
  });

  test('a lock file that the power cut has emptied is removed', async () => {
    const { dataDir } = await afterPowerCut();
    await truncate(pidFile(dataDir));
    const server = await start({ dataDir });
    expect(await query(server.connection, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
  });

  test('a lock file of a server that runs, though its number is nobody here, is respected', async () => {
    const dataDir = await makeDatabase();
    const server = await start({ dataDir });
    const lockFile = await readFile(pidFile(dataDir), 'utf8');
    // So it looks from another container on the same volume.
    await writeFile(pidFile(dataDir), lockFile.replace(/^\d+/, String(unrelated().pid)));
    const error = await refusal({ dataDir });
    expect([error.code, error.message]).toEqual(['data-dir-in-use', expect.stringContaining(dataDir)]);
    await writeFile(pidFile(dataDir), lockFile);
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('a lock file', () => {
  test('is read line by line, as PostgreSQL 18 writes it', () => {
    const text = '13987\n/data/postgres\n1795341128\n5432\n/data/run\n\n  2154798         8\nready   \n';
    expect(parsePidFile(text)).toEqual({
      pid: 13_987,
      startedAt: 1_795_341_128,
      port: 5432,
      socketDirectory: '/data/run',
      status: 'ready',
    });
  });

  test.each(['', '\n', 'x', '0\n'])('names no process when it says %j', (text) => {
    expect(parsePidFile(text).pid).toBe(0);
  });

  test('of a stand-alone server names it with a minus', () => {
    expect(parsePidFile('-17\n').pid).toBe(17);
  });
});
