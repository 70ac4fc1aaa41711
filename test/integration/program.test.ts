import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { poll } from '../support/poll.ts';
import { type Program, runProgram, startProgram, useFolder } from '../support/program.ts';
import { rawClient } from '../support/raw-client.ts';

async function post({ httpPort }: Program, value: number): Promise<void> {
  const url = `http://127.0.0.1:${httpPort}/api/stations/a/readings`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ t: value }) });
  expect(response.status).toBe(201);
}

async function values({ httpPort }: Program): Promise<readonly number[]> {
  const response = await fetch(`http://127.0.0.1:${httpPort}/api/stations/a/readings?metric=t&order=asc`);
  const { readings } = (await response.json()) as { readings: { value: number }[] };
  return readings.map(({ value }) => value);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function postmasterPid(dataDir: string): Promise<number> {
  return Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
}

describe('the program', () => {
  test('starts with nothing but an empty folder, says where everything is, and keeps its data', async () => {
    const dataDir = await useFolder();
    const first = await startProgram({ DATA_DIR: dataDir });
    expect(first.stdout()).toContain(`Data    ${dataDir} (embedded PostgreSQL)`);
    await post(first, 1);
    first.kill('SIGTERM');
    expect(await first.exited()).toBe(0);
    const second = await startProgram({ DATA_DIR: dataDir });
    expect(await values(second)).toEqual([1]);
  });

  test('warns of a name that is nearly that of a setting', async () => {
    const program = await startProgram({ DATA_DIR: await useFolder(), RETENTION_ROW: '2y' });
    expect(program.stderr()).toContain('RETENTION_ROW is not a setting; did you mean RETENTION_RAW?');
  });

  test('takes a first reading from the command that it shows', async () => {
    const program = await startProgram({ DATA_DIR: await useFolder() });
    const command = /Try +npx (.*)\n/.exec(program.stdout())?.[1]?.split(' ') ?? [];
    const child = execFile(join('node_modules/.bin', command[0]!), command.slice(1));
    expect(await once(child, 'exit')).toEqual([0, null]);
    const response = await fetch(`http://127.0.0.1:${program.httpPort}/api/stations/outside`);
    expect(await response.json()).toMatchObject({
      latest: [{ metric: 'temperature', value: 21.5, unit: '°C' }],
    });
  });

  test('on the first signal stores what is under way, ends with 0 and leaves no database running', async () => {
    const dataDir = await useFolder();
    const program = await startProgram({ DATA_DIR: dataDir });
    const pid = await postmasterPid(dataDir);
    const viewer = await fetch(`http://127.0.0.1:${program.httpPort}/api/live`);
    await rawClient(program.mqttPort);
    program.kill('SIGINT');
    expect(await program.exited()).toBe(0);
    await poll(() => !isAlive(pid));
    await viewer.body?.cancel().catch(() => {});
  });

  test('starts, goes on and stops in order though nobody reads its output', async () => {
    const dataDir = await useFolder();
    const port = await freePort();
    const program = runProgram({ DATA_DIR: dataDir, LOG_LEVEL: 'debug', HTTP_PORT: String(port) });
    program.process.stdout?.destroy();
    program.process.stderr?.destroy();
    const isReady = async (): Promise<boolean> => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok;
    await poll(() => isReady().catch(() => false));
    const pid = await postmasterPid(dataDir);
    await poll(isReady);
    program.kill('SIGTERM');
    expect(await program.exited()).toBe(0);
    await poll(() => !isAlive(pid));
  });

  test('on a signal during its start ends at once and leaves no database running', async () => {
    const dataDir = await useFolder();
    const program = runProgram({ DATA_DIR: dataDir });
    await poll(() => program.stderr().includes('making the database'));
    program.kill('SIGINT');
    expect(await program.exited()).toBe(130);
    expect(program.stderr()).toContain('Stopped before it had started.');
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    expect(stdout.split('\n').filter((line) => line.includes(dataDir))).toEqual([]);
  });

  test('on the second signal ends at once, acknowledges nothing more, and its database goes by itself', async () => {
    const dataDir = await useFolder();
    const program = await startProgram({ DATA_DIR: dataDir });
    const pid = await postmasterPid(dataDir);
    await post(program, 1);
    const client = new Client({ host: join(dataDir, 'run'), user: 'thermograph', database: 'thermograph' });
    client.on('error', () => {});
    await client.connect();
    await client.query('BEGIN; LOCK TABLE readings IN EXCLUSIVE MODE');
    const station = await rawClient(program.mqttPort);
    station.send({
      cmd: 'publish',
      topic: 'stations/a/t',
      payload: '2',
      qos: 1,
      messageId: 1,
      dup: false,
      retain: false,
    });
    await poll(async () => {
      const { rowCount } = await client.query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      return rowCount === 1;
    });
    program.kill('SIGINT');
    program.kill('SIGINT');
    await poll(() => program.stdout().includes('Once more'));
    const said = Date.now();
    await poll(() => Date.now() > said + 600);
    expect(program.process.exitCode).toBeNull();
    program.kill('SIGINT');
    expect(await program.exited()).toBe(130);
    await station.closed();
    expect(station.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    await poll(() => !isAlive(pid));
  });

  test('after kill -9 goes on with the database that was left behind', async () => {
    const dataDir = await useFolder();
    const first = await startProgram({ DATA_DIR: dataDir });
    await post(first, 1);
    first.kill('SIGKILL');
    await first.exited();
    const second = await startProgram({ DATA_DIR: dataDir });
    await post(second, 2);
    expect(await values(second)).toEqual([1, 2]);
    const pid = await postmasterPid(dataDir);
    second.kill('SIGTERM');
    expect(await second.exited()).toBe(0);
    await poll(() => !isAlive(pid));
  });

  test('on a folder that another one uses says so and stops, and the other goes on', async () => {
    const dataDir = await useFolder();
    const first = await startProgram({ DATA_DIR: dataDir });
    const second = runProgram({ DATA_DIR: dataDir });
    expect(await second.exited()).toBe(1);
    expect(second.stderr()).toContain(dataDir);
    await post(first, 1);
    expect(await values(first)).toEqual([1]);
  });

  test('with settings that can not be used says which, and ends with 2', async () => {
    const program = runProgram({ HTTP_PORT: 'eighty', UNITS: 'stone', DATA_DIR: '/nonexistent' });
    expect(await program.exited()).toBe(2);
    expect(program.stderr()).toContain('HTTP_PORT="eighty"');
    expect(program.stderr()).toContain('UNITS="stone"');
  });

  test('on a port that is taken says which setting to change, and leaves no database running', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void squatter.close());
    await once(squatter, 'listening');
    const address = squatter.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const dataDir = await useFolder();
    const program = runProgram({ MQTT_PORT: port, DATA_DIR: dataDir });
    expect(await program.exited()).toBe(1);
    expect(program.stderr()).toContain('MQTT_PORT');
    await expect(postmasterPid(dataDir)).rejects.toThrow('ENOENT');
  });

  test('with a database that is not there starts all the same, and says what to check', async () => {
    const DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none';
    const program = await startProgram({ DATABASE_URL, DATA_DIR: await useFolder() });
    expect(program.stderr()).toMatch(/ECONNREFUSED[^]*Check that it runs/);
  });
});
