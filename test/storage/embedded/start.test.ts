import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { collectLog, databaseFactory, makeFolder, query, serverPid, start, until } from './support.ts';

const makeDatabase = databaseFactory();

describe('the embedded server', () => {
  test('starts in an empty place and answers', async () => {
    const dataDir = await makeFolder();
    const { log, lines } = collectLog();
    const server = await start({ dataDir, log });
    const rows = await query(server.connection, 'SELECT current_user, current_database()');
    expect(rows).toEqual([{ current_user: 'thermograph', current_database: 'thermograph' }]);
    expect(lines.map((line) => line.msg)).toEqual(['making the database', 'PostgreSQL is ready']);
    expect((await readdir(dataDir)).toSorted()).toEqual(['postgres', 'postgres.log', 'run']);
  });

  test('is gone after close, and keeps its rows for the next start', async () => {
    const dataDir = await makeDatabase();
    const first = await start({ dataDir });
    await query(first.connection, 'CREATE TABLE kept AS SELECT 21.5 AS value');
    const pid = await serverPid(dataDir);
    await Promise.all([first.close(), first.close()]);
    expect(await serverPid(dataDir)).toBeUndefined();
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');

    const second = await start({ dataDir });
    expect(await query(second.connection, 'SELECT value FROM kept')).toEqual([{ value: '21.5' }]);
  });

  test('closes although clients are connected and busy', async () => {
    const server = await start({ dataDir: await makeDatabase() });
    const busy = query(server.connection, 'SELECT pg_sleep(600)').catch((error: Error) => error.message);
    await until(async () => {
      const rows = await query(
        server.connection,
        "SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
      );
      return rows.length > 0;
    });
    await server.close();
    expect(await busy).toContain('terminat');
  });

  test('stops when it is abandoned, without being waited for', async () => {
    const dataDir = await makeDatabase();
    const server = await start({ dataDir });
    server.abandon();
    server.abandon();
    await until(async () => (await serverPid(dataDir)) === undefined);
    await expect(query(server.connection, 'SELECT 1')).rejects.toThrow('ENOENT');
  });

  test('has the settings that the promise rests on', async () => {
    const server = await start({ dataDir: await makeFolder() });
    const settings = await query<{ name: string; setting: string }>(
      server.connection,
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit',
         'data_checksums', 'listen_addresses', 'autovacuum', 'jit', 'TimeZone', 'server_encoding', 'log_min_messages')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      data_checksums: 'on',
      listen_addresses: '',
      autovacuum: 'on',
      jit: 'off',
      TimeZone: 'UTC',
      server_encoding: 'UTF8',
      log_min_messages: 'log',
    });
  });

  test('folds case beyond ASCII', async () => {
    const server = await start({ dataDir: await makeDatabase() });
    expect(await query(server.connection, "SELECT upper('außen é')")).toEqual([{ upper: 'AUßEN É' }]);
  });

  test('lets an owner have the last word by ALTER SYSTEM', async () => {
    const dataDir = await makeDatabase();
    const first = await start({ dataDir });
    await query(first.connection, "ALTER SYSTEM SET work_mem = '9MB'");
    await first.close();
    const second = await start({ dataDir });
    expect(await query(second.connection, 'SHOW work_mem')).toEqual([{ work_mem: '9MB' }]);
  });

  test('starts anew where earlier first starts died half-way, and clears up after them', async () => {
    const dataDir = await makeFolder();
    const dead = spawn('true');
    await once(dead, 'exit');
    const draft = path.join(dataDir, `postgres.new-${dead.pid}-0badcafe`);
    await mkdir(path.join(draft, 'base'), { recursive: true });
    await writeFile(path.join(draft, 'PG_VERSION'), '18\n');
    const young = path.join(dataDir, `postgres.new-${process.pid}-another`);
    await mkdir(young);
    const server = await start({ dataDir });
    expect(await query(server.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const names = await readdir(dataDir);
    expect(names).not.toContain(path.basename(draft));
    expect(names).toContain(path.basename(young));
  });

  test('closes its folder again that a careless chmod has opened, rather than refuse to start', async () => {
    const dataDir = await makeDatabase();
    await chmod(path.join(dataDir, 'postgres'), 0o755);
    await start({ dataDir });
    expect((await stat(path.join(dataDir, 'postgres'))).mode & 0o7777).toBe(0o700);
  });

  test('ends a start that is called off, and leaves nothing running', async () => {
    const dataDir = await makeDatabase();
    const abort = new AbortController();
    const starting = start({ dataDir, signal: abort.signal });
    await until(async () => (await serverPid(dataDir)) !== undefined);
    abort.abort(new Error('called off'));
    await expect(starting).rejects.toThrow('called off');
    expect(await serverPid(dataDir)).toBeUndefined();
  });

  test('keeps its log bounded', async () => {
    const dataDir = await makeDatabase();
    const logFile = path.join(dataDir, 'postgres.log');
    await truncate(logFile, 6 * 1024 * 1024);
    await start({ dataDir });
    expect((await stat(logFile)).size).toBeLessThan(10_000);
    expect((await stat(`${logFile}.1`)).size).toBe(6 * 1024 * 1024);
  });

  test('does not log the unique violations that ingest provokes', async () => {
    const dataDir = await makeDatabase();
    const server = await start({ dataDir });
    await query(server.connection, 'CREATE TABLE once_only (id int PRIMARY KEY)');
    await query(server.connection, 'INSERT INTO once_only VALUES (1)');
    await expect(query(server.connection, 'INSERT INTO once_only VALUES (1)')).rejects.toThrow(
      'duplicate key',
    );
    await server.close();
    expect(await readFile(path.join(dataDir, 'postgres.log'), 'utf8')).not.toContain('duplicate key');
  });
});
