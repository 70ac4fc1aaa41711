import { describe, expect, test } from 'vitest';
import { startEmbeddedServer } from '../../../src/storage/embedded/server.ts';
import { EmbeddedServerError } from '../../../src/storage/embedded/error.ts';
import {
  collectLog,
  databaseFactory,
  kill,
  makeFolder,
  query,
  serverPid,
  spawnService,
  start,
  until,
} from './support.ts';

const makeDatabase = databaseFactory();

describe('one DATA_DIR', () => {
  test('has one service: the second is refused, and the first goes on', async () => {
    const dataDir = await makeDatabase();
    const first = await start({ dataDir });
    const pid = await serverPid(dataDir);
    const second = await spawnService({ dataDir });
    expect(second.said).toMatchObject({
      code: 'data-dir-in-use',
      message: `Another Thermograph (thermograph pid ${process.pid}) works with DATA_DIR ${dataDir}.`,
    });
    expect(await query(first.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await serverPid(dataDir)).toBe(pid);
  });

  test('makes one of two simultaneous first starts the winner', async () => {
    const dataDir = await makeFolder();
    const services = await Promise.all([spawnService({ dataDir }), spawnService({ dataDir })]);
    const winners = services.filter(({ said }) => said.connection !== undefined);
    expect(winners).toHaveLength(1);
    expect(services.filter(({ said }) => said.code === 'data-dir-in-use')).toHaveLength(1);
    const [winner] = winners;
    if (winner?.said.connection === undefined) throw new Error('no winner');
    expect(await query(winner.said.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await kill(winner.process, 'SIGTERM');
    expect(await serverPid(dataDir)).toBeUndefined();
  });

  test('makes one of six simultaneous starts the winner', async () => {
    const dataDir = await makeDatabase();
    const { log } = collectLog();
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, () => startEmbeddedServer({ dataDir, log })),
    );
    const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(reasons.map((reason) => (reason instanceof EmbeddedServerError ? reason.code : reason))).toEqual(
      Array.from({ length: 5 }, () => 'data-dir-in-use'),
    );
    const [winner] = winners;
    if (winner === undefined) throw new Error('no winner');
    expect(await query(winner.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await winner.close();
  });

  test('is free again once the first service has closed', async () => {
    const dataDir = await makeDatabase();
    const first = await start({ dataDir });
    const [, second] = await Promise.all([first.close(), start({ dataDir })]);
    expect(await query(second.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('that another service has taken over is told as lost, and left alone', async () => {
    const dataDir = await makeDatabase();
    let lost: Error | undefined;
    const first = await start({
      dataDir,
      onLost: (error) => {
        lost = error;
      },
    });
    // Ends the first one's session and takes its lock in the same breath.
    const thief = query(
      first.connection,
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory';
       SELECT pg_advisory_lock(classid::int, objid::int) FROM (VALUES (29800, 1)) AS lock (classid, objid);
       SELECT pg_sleep(600)`,
    ).catch(() => undefined);
    await until(() => lost !== undefined);
    expect(lost).toMatchObject({ code: 'data-dir-in-use' });
    await first.close();
    expect(await query(first.connection, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    process.kill((await serverPid(dataDir)) ?? 0, 'SIGINT');
    await thief;
    // Its folder can be removed once it has ended.
    await until(async () => (await serverPid(dataDir)) === undefined);
  });
});
