import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { poll } from '../../support/poll.ts';
import { useFolder } from '../../support/program.ts';
import { useThingSpeak, WRITE_KEY } from '../../support/thingspeak.ts';

/** Of which the program's file tells. */
const CHANNELS = JSON.stringify([
  { id: 1, writeKey: WRITE_KEY, fields: { '1': 'outside:temperature', '2': 'inside:temperature' } },
]);

interface Running {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  out(): string;
  err(): string;
}

interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** How large a file may become, in KiB: what is written beyond fails, as on a disk that is full. */
  readonly mostFileKiB?: number;
}

/** The built program. */
function run(args: readonly string[], { env = {}, mostFileKiB }: Surroundings = {}): Running {
  const limit = mostFileKiB === undefined ? '' : `ulimit -f ${2 * mostFileKiB} && `;
  const program = [process.execPath, 'dist/firmware-bridge/bridge/main.js', ...args];
  // The limit of sh is in blocks of 512 bytes, and that of what it becomes.
  const child = spawn('sh', ['-c', `${limit}exec "$@"`, 'sh', ...program], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit').then(([code, signal]: unknown[]) => code ?? signal);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { process: child, exited, out: () => out, err: () => err };
}

interface Bridge extends Running {
  /** An update. @returns status and body */
  get(query: string): Promise<readonly [number, string]>;
}

/** The program as an owner runs it, with its channels and what it keeps in a folder. */
async function runBridge(folder: string, mqttPort: number, around?: Surroundings): Promise<Bridge> {
  const channels = join(folder, 'channels.json');
  await writeFile(channels, CHANNELS);
  const args = ['--channels', channels, '--url', `mqtt://127.0.0.1:${mqttPort}`, '--port', '0'];
  const running = run([...args, '--folder', join(folder, 'data')], around);
  const address = await poll(() => /http:\/\/\S+/.exec(running.out())?.[0]);
  return {
    ...running,
    async get(query) {
      const response = await fetch(`${address}?api_key=${WRITE_KEY}&${query}`);
      return [response.status, await response.text()];
    },
  };
}

async function kill({ process: child, exited }: Running): Promise<void> {
  child.kill('SIGKILL');
  await exited;
}

test('what it has answered arrives once, however often it is killed while the broker is away and while it is there', async () => {
  const folder = await useFolder();
  const mqttPort = await freePort();
  let sent = 0;
  for (let round = 0; round < 3; round += 1) {
    const bridge = await runBridge(folder, mqttPort);
    for (let n = 0; n < 10; n += 1) {
      sent += 1;
      const query = `field1=${sent}&field2=${-sent}&created_at=2026-01-01T00:00:${String(sent).padStart(2, '0')}Z`;
      expect((await bridge.get(query))[0]).toBe(200);
    }
    await kill(bridge);
  }
  const service = await useThingSpeak({ channels: [], config: { mqttPort } });
  const stored = (): Promise<readonly number[]> => service.values('outside', 'temperature');
  const first = await runBridge(folder, mqttPort);
  await poll(async () => (await stored()).length > 0);
  await kill(first);
  const second = await runBridge(folder, mqttPort);
  await poll(async () => (await stored()).length === sent);
  // What has arrived leaves the disk: another start sends nothing.
  await poll(async () => (await service.values('inside', 'temperature')).length === sent);
  second.process.kill('SIGTERM');
  expect(await second.exited).toBe(0);
  const expected = Array.from({ length: sent }, (_, index) => index + 1);
  expect(await stored()).toEqual(expected);
  expect(await service.values('inside', 'temperature')).toEqual(expected.map((value) => -value));
});

test('on a disk that takes no more boards are refused, and all that was answered before arrives', async () => {
  const folder = await useFolder();
  const mqttPort = await freePort();
  const bridge = await runBridge(folder, mqttPort, { mostFileKiB: 8 });
  const answered: number[] = [];
  let refused: readonly [number, string] | undefined;
  for (let value = 1; refused === undefined && value <= 500; value += 1) {
    const reply = await bridge.get(`field1=${value}`);
    if (reply[0] === 200) answered.push(value);
    else refused = reply;
  }
  expect(refused).toEqual([503, '0']);
  expect(answered.length).toBeGreaterThan(10);
  await poll(() => bridge.err().includes('boards are refused'));
  await kill(bridge);
  const service = await useThingSpeak({ channels: [], config: { mqttPort } });
  await runBridge(folder, mqttPort);
  await poll(async () => (await service.values('outside', 'temperature')).length >= answered.length);
  expect(await service.values('outside', 'temperature')).toEqual(expect.arrayContaining(answered));
});

test('a second one in the same folder, or at the same port, ends with what is in its way', async () => {
  const folder = await useFolder();
  const mqttPort = await freePort();
  const bridge = await runBridge(folder, mqttPort);
  const port = /:(\d+)\//.exec(bridge.out())![1]!;
  const args = ['--channels', join(folder, 'channels.json'), '--url', `mqtt://127.0.0.1:${mqttPort}`];
  const sameFolder = run([...args, '--port', '0', '--folder', join(folder, 'data')]);
  expect(await sameFolder.exited).toBe(1);
  expect(sameFolder.err()).toContain('does another bridge use it?');
  const samePort = run([...args, '--port', port, '--folder', join(folder, 'other')]);
  expect(await samePort.exited).toBe(1);
  expect(samePort.err()).toMatch(/EADDRINUSE.*--port/s);
  expect(samePort.err()).not.toMatch(/ at .*\(/);
});

test('a file of channels that is not there ends it with its name', async () => {
  const { exited, err } = run(['--channels', '/nowhere/channels.json', '--url', 'mqtt://127.0.0.1:1']);
  expect(await exited).toBe(1);
  expect(err()).toMatch(/\/nowhere\/channels\.json/);
  expect(err()).not.toMatch(/ at .*\(/);
});

test('a wrong option ends it with what is wrong, and where help is', async () => {
  const { exited, out, err } = run(['--chanels', 'channels.json']);
  expect(await exited).toBe(2);
  expect(err()).toMatch(/--chanels.*npm run bridge -- --help\n$/s);
  expect(err()).not.toMatch(/ at .*\(/);
  expect(out()).toBe('');
});

test('a file in the place of its folder ends it with what to do', async () => {
  const folder = await useFolder();
  const channels = join(folder, 'channels.json');
  await writeFile(channels, JSON.stringify([{ id: 1, writeKey: WRITE_KEY, fields: { '1': 'a:b' } }]));
  const { exited, err } = run(['--channels', channels, '--url', 'mqtt://127.0.0.1:1', '--folder', channels]);
  expect(await exited).toBe(1);
  expect(err()).toMatch(/Readings can't be kept in .*--folder\.\n$/);
});

test('it starts, keeps and stops while the broker is away, and nothing that it prints holds the key or the password', async () => {
  const folder = await useFolder();
  const channels = join(folder, 'channels.json');
  await writeFile(channels, JSON.stringify([{ id: 1, writeKey: WRITE_KEY, fields: { '1': 'a:b' } }]));
  const url = `mqtt://127.0.0.1:${await freePort()}`;
  const args = ['--channels', channels, '--port', '0', '--folder', join(folder, 'data')];
  const env = { MQTT_URL: url, MQTT_USERNAME: 'shed', MQTT_PASSWORD: 'hush-hush' };
  const running = run(args, { env });
  const address = await poll(() => /http:\/\/\S+/.exec(running.out())?.[0]);
  const response = await fetch(`${address}?api_key=${WRITE_KEY}&field1=21.5`);
  expect([response.status, await response.text()]).toEqual([200, '1']);
  await poll(() => running.err().includes('the broker refuses, or is away'));
  running.process.kill('SIGTERM');
  expect(await running.exited).toBe(0);
  expect(running.out() + running.err()).not.toMatch(new RegExp(`${WRITE_KEY}|hush-hush`));
});
