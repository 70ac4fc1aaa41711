import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import mqtt from 'mqtt';
import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { runCli, runJson, startCli } from '../support/cli.ts';
import { allRows, fillWithEverything } from '../support/compare-databases.ts';
import { createTestDatabase, useTestDatabase } from '../support/database.ts';
import { embeddedConnection, killEmbedded } from '../support/embedded-postgres.ts';
import { poll } from '../support/poll.ts';
import { startProgram, useFolder } from '../support/program.ts';

interface Taken {
  readonly bytes: number;
  readonly rows: number;
  readonly spooled: number | null;
}

/** Publishes one reading after the other at QoS 1 until it is stopped. */
async function publishOn(port: number): Promise<{ acknowledged(): number; stop(): Promise<void> }> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  let count = 0;
  const stopped = new AbortController();
  const publishing = (async () => {
    while (!stopped.signal.aborted) {
      await client.publishAsync('stations/outside/temperature', String(count + 1), { qos: 1 });
      count += 1;
    }
    await client.endAsync();
  })();
  return {
    acknowledged: () => count,
    stop: () => {
      stopped.abort();
      return publishing;
    },
  };
}

function poolOn(dataDir: string): Pool {
  const pool = new Pool({ ...embeddedConnection(dataDir), max: 1 });
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  onTestFinished(() => pool.end());
  return pool;
}

test('a backup beside a service whose DATA_DIR is another does not claim that nothing waits in its spool', async () => {
  const { url } = await useTestDatabase();
  const env = { DATABASE_URL: url, DATA_DIR: await useFolder() };
  const folder = await useFolder();
  expect(await runJson<Taken>(['backup', join(folder, 'alone.tar.gz')], env)).toMatchObject({ spooled: 0 });
  await startProgram({ DATABASE_URL: url, DATA_DIR: await useFolder() });
  expect(await runJson<Taken>(['backup', join(folder, 'beside.tar.gz')], env)).toMatchObject({
    spooled: null,
  });
});

test('a backup beside a service has all that was acknowledged before, and another DATA_DIR is started from it', async () => {
  const env = { DATA_DIR: await useFolder(), TIME_ZONE: 'UTC' };
  const service = await startProgram(env);
  const station = await publishOn(service.mqttPort);
  await poll(() => station.acknowledged() > 50);
  const file = join(await useFolder(), 'backup.tar.gz');
  const before = station.acknowledged();
  const taken = await runJson<Taken>(['backup', file], env);
  await station.stop();
  expect(taken).toMatchObject({ bytes: (await stat(file)).size, spooled: 0, migration: expect.any(String) });
  expect(await runCli(['backup', file], env)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--replace'),
  });
  const refused = await runCli(['restore', file], env);
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('A service runs on this database'),
  });

  const copy = { DATA_DIR: await useFolder(), TIME_ZONE: 'UTC' };
  expect(await runJson(['restore', file, '--check'], copy)).toMatchObject({ rows: taken.rows });
  expect(await readdir(copy.DATA_DIR)).toEqual([]);
  expect(await runJson(['restore', file], copy)).toMatchObject({ rows: taken.rows });
  const second = await startProgram(copy);
  const { rows } = await poolOn(copy.DATA_DIR).query<{ most: number; count: number }>(
    'SELECT max(value) AS most, count(*)::int AS count FROM readings',
  );
  expect(rows[0]!.most).toBeGreaterThanOrEqual(before);
  expect(rows[0]!.count).toBe(rows[0]!.most);
  const page = await fetch(`http://127.0.0.1:${second.httpPort}/api/stations/outside`);
  expect(await page.json()).toMatchObject({ latest: [{ metric: 'temperature' }] });
});

test('a backup of a database of the owner goes through standard output, without a service, and is taken back', async () => {
  const source = await useTestDatabase();
  await fillWithEverything(source.pool);
  const file = join(await useFolder(), 'backup.tar.gz');
  const dataDir = await useFolder();
  const spool = new ClassicLevel<Buffer>(join(dataDir, 'spool'), { keyEncoding: 'buffer' });
  await spool.put(Buffer.alloc(8), 'a message');
  await spool.close();
  const toFile = await runCli(['backup', file], { DATABASE_URL: source.url, DATA_DIR: dataDir });
  expect(toFile).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^\d+ rows as of 20.*Z are in .* \(/),
    stderr: expect.stringMatching(/^Not in it: 1 messages that waited in the spool/),
  });
  const { stdout, stderr } = await runCli(['backup', '-'], { DATABASE_URL: source.url });
  expect(stdout.length).toBeGreaterThan(1000);
  expect(stderr).toMatch(/^\d+ rows as of /);
  const target = await createTestDatabase();
  onTestFinished(() => target.drop());
  const restored = await runCli(['restore', file], { DATABASE_URL: target.url });
  expect(restored).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Restored \d+ rows as of /),
    stderr: expect.stringContaining('Not in it: 1 messages that waited in the spool'),
  });
  expect(await allRows(target.pool)).toEqual(await allRows(source.pool));
});

test('killed at any time, a restore leaves an empty database that it can be restored into, and a backup none that is not complete', async () => {
  const source = await useTestDatabase();
  await fillWithEverything(source.pool);
  await source.pool.query(`INSERT INTO readings SELECT 1, '2026-11-06Z'::timestamptz + n * interval '1 second', n, now()
    FROM generate_series(1, 50000) AS n`);
  const folder = await useFolder();
  const file = join(folder, 'backup.tar.gz');
  const killed = startCli(['backup', file], { DATABASE_URL: source.url });
  await poll(async () => (await readdir(folder)).length > 0);
  killed.kill();
  await killed.ended;
  // It may have been quicker.
  const isMade = (await readdir(folder)).includes('backup.tar.gz');
  const checked = await runCli(['restore', file, '--check'], {});
  expect(checked.code).toBe(isMade ? 0 : 1);
  await runJson(['backup', file, '--replace'], { DATABASE_URL: source.url });

  const env = { DATA_DIR: await useFolder() };
  const restoring = startCli(['restore', file], env);
  const pool = poolOn(env.DATA_DIR);
  const isCopying = `SELECT FROM pg_stat_activity WHERE application_name = 'thermograph restore' AND query LIKE 'COPY "readings"%'`;
  await poll(async () => (await pool.query(isCopying).catch(() => undefined))?.rowCount === 1);
  restoring.kill();
  await restoring.ended;
  await killEmbedded(env.DATA_DIR);
  const damagedFile = join(folder, 'damaged.tar.gz');
  await writeFile(damagedFile, 'nothing');
  expect(await runCli(['restore', damagedFile], env)).toMatchObject({ code: 1 });
  // What a large restore leaves behind when its server is killed.
  const databases = join(env.DATA_DIR, 'postgres', 'base');
  const newest = (await readdir(databases)).map(Number).toSorted((a, b) => b - a)[0]!;
  await writeFile(join(databases, String(newest), '999999'), Buffer.alloc(20_000_000));
  const restored = await runCli(['restore', file], env);
  expect(restored).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Restored'),
    stderr: expect.stringMatching(/2\d\S* MB on the disk are of an earlier restore/),
  });
  const service = await startProgram(env);
  expect(await allRows(pool).then(({ readings }) => readings)).toEqual(
    (await allRows(source.pool))['readings'],
  );
  service.kill('SIGTERM');
  await service.exited();
});
