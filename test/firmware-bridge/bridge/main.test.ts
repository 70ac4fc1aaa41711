import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../support/free-port.ts';
import { poll } from '../../support/poll.ts';
import { useFolder } from '../../support/program.ts';
import { WRITE_KEY } from '../../support/thingspeak.ts';

interface Running {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown>;
  out(): string;
  err(): string;
}

/** The built program. */
function run(args: readonly string[], env: Record<string, string> = {}): Running {
  const child = spawn(process.execPath, ['dist/firmware-bridge/bridge/main.js', ...args], {
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
  const running = run(args, { MQTT_URL: url, MQTT_USERNAME: 'shed', MQTT_PASSWORD: 'hush-hush' });
  const address = await poll(() => /http:\/\/\S+/.exec(running.out())?.[0]);
  const response = await fetch(`${address}?api_key=${WRITE_KEY}&field1=21.5`);
  expect([response.status, await response.text()]).toEqual([200, '1']);
  await poll(() => running.err().includes('the broker refuses, or is away'));
  running.process.kill('SIGTERM');
  expect(await running.exited).toBe(0);
  expect(running.out() + running.err()).not.toMatch(new RegExp(`${WRITE_KEY}|hush-hush`));
});
