import { describe, expect, test } from 'vitest';
import { type TestDatabase, useTestDatabase } from '../support/database.ts';
import { socketOf, through } from '../support/database-proxy.ts';
import { freePort } from '../support/free-port.ts';
import { useFreezableProxy } from '../support/freezable-proxy.ts';
import { poll } from '../support/poll.ts';
import { startProgram, useFolder } from '../support/program.ts';
import { rawClient } from '../support/raw-client.ts';
import { startOn } from '../support/service.ts';

async function storedValues({ pool }: TestDatabase): Promise<number[]> {
  const { rows } = await pool.query<{ value: number }>('SELECT value FROM readings ORDER BY received_at');
  return rows.map(({ value }) => value);
}

async function ready(url: string): Promise<{ status: number; checks: Record<string, object> }> {
  const response = await fetch(`${url}/health/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, object> };
  return { status: response.status, checks };
}

describe('while the database does not answer', () => {
  test('stations are answered from the spool, and pages say so', async () => {
    const database = await useTestDatabase();
    const proxy = await useFreezableProxy(socketOf(database));
    const { connect, url } = await startOn(through(database, proxy.port));
    const station = await connect();
    await station.publishAsync('stations/a/t', '1', { qos: 1 });
    proxy.freeze();
    await station.publishAsync('stations/a/t', '2', { qos: 1 });
    await station.publishAsync('stations/a/t', '3', { qos: 2 });
    const post = { method: 'POST', body: '4' };
    const reply = await fetch(`${url}/api/stations/a/readings?metric=t`, post);
    expect([reply.status, await reply.json()]).toEqual([202, { spooled: 1, rejected: [] }]);
    expect(await storedValues(database)).toEqual([1]);
    expect(await ready(url)).toMatchObject({
      status: 503,
      checks: {
        database: { ok: false },
        storing: { ok: true, state: 'spooling' },
        spool: { ok: true, messages: 3 },
      },
    });
    expect(await (await fetch(`${url}/status`)).text()).toContain(
      'Readings are kept in the spool until it does',
    );
    proxy.thaw();
    await poll(async () => (await storedValues(database)).length === 4);
    expect(await storedValues(database)).toEqual([1, 2, 3, 4]);
    await poll(async () => (await ready(url)).status === 200);
  });

  test('who subscribes to live readings is told them when they are committed', async () => {
    const database = await useTestDatabase();
    const proxy = await useFreezableProxy(socketOf(database));
    const { connect } = await startOn(through(database, proxy.port));
    const subscriber = await connect();
    const told: string[] = [];
    subscriber.on('message', (_topic, payload) => told.push(payload.toString()));
    await subscriber.subscribeAsync('live/#');
    const station = await connect();
    proxy.freeze();
    await station.publishAsync('stations/a/t', '1', { qos: 1 });
    expect(told).toEqual([]);
    proxy.thaw();
    await poll(() => Promise.resolve(told.length === 1));
    expect(JSON.parse(told[0]!)).toMatchObject({ station: 'a', value: 1 });
  });
});

describe('a database that is not there when the service starts', () => {
  test('is waited for, while stations are answered from the spool', async () => {
    const database = await useTestDatabase();
    const port = await freePort();
    const { connect, url } = await startOn(through(database, port));
    expect(await ready(url)).toMatchObject({
      status: 503,
      checks: {
        database: { ok: false, problem: expect.stringMatching(/DATABASE_URL[^]*ECONNREFUSED/) },
        storing: { ok: true, state: 'spooling' },
      },
    });
    const station = await connect();
    await station.publishAsync('stations/a/t', '1', { qos: 1 });
    await useFreezableProxy(socketOf(database), port);
    await poll(async () => (await storedValues(database)).length === 1);
    await poll(async () => (await ready(url)).status === 200);
    const stations = (await (await fetch(`${url}/api/stations`)).json()) as object;
    expect(stations).toMatchObject({ stations: [{ station: 'a', latest: [{ value: 1 }] }] });
  });

  test('but a wrong setting is told at once', async () => {
    const database = await useTestDatabase();
    const nowhere = { ...database, url: database.url.replace(/test_\w+/, 'nowhere') };
    await expect(startOn(nowhere)).rejects.toMatchObject({ code: 'start-failed', hint: expect.any(String) });
  });

  test('a migration that fails is tried again until what is in its way has gone', async () => {
    const database = await useTestDatabase();
    await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE readings ()');
    const { connect, url } = await startOn(database);
    const station = await connect();
    await station.publishAsync('stations/a/t', '1', { qos: 1 });
    expect(await ready(url)).toMatchObject({
      checks: { database: { ok: false, problem: expect.stringContaining('migration') } },
    });
    expect((await fetch(`${url}/api/rejected`)).status).toBe(503);
    await database.pool.query('DROP TABLE readings');
    await poll(async () => (await ready(url)).status === 200);
    await poll(async () => (await storedValues(database)).length === 1);
  });
});

test('a stop that takes longer than SHUTDOWN_TIMEOUT is ended by force, and what was acknowledged is not lost', async () => {
  const database = await useTestDatabase();
  const proxy = await useFreezableProxy(socketOf(database));
  const dataDir = await useFolder();
  const env = { DATABASE_URL: through(database, proxy.port).url, DATA_DIR: dataDir };
  const program = await startProgram({ ...env, SHUTDOWN_TIMEOUT: '1' });
  const station = await rawClient(program.mqttPort);
  proxy.freeze();
  const publish = { cmd: 'publish', topic: 'stations/a/t', qos: 1, dup: false, retain: false } as const;
  station.send({ ...publish, payload: '1', messageId: 1 });
  await station.waitFor((received) => received.some(({ cmd }) => cmd === 'puback'));
  program.kill('SIGTERM');
  expect(await program.exited()).toBe(1);
  expect(program.stderr()).toContain('The stop took longer than SHUTDOWN_TIMEOUT');
  proxy.thaw();
  await startProgram(env);
  await poll(async () => (await storedValues(database)).length > 0);
  expect(await storedValues(database)).toEqual([1]);
});
