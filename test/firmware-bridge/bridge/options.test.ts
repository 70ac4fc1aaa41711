import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOptions } from '../../../firmware-bridge/bridge/options.ts';
import { useFolder } from '../../support/program.ts';

const NEEDED = ['--channels', 'channels.json', '--url', 'mqtt://weather.example'];

test('with what is needed the rest has its defaults', async () => {
  expect(await readOptions(NEEDED, {})).toEqual({
    channelsFile: 'channels.json',
    broker: { url: 'mqtt://weather.example', username: undefined, password: undefined },
    host: '127.0.0.1',
    port: 8080,
    folder: './bridge-data',
    advice: undefined,
  });
  expect(await readOptions(['--help'], {})).toBe('help');
});

test('the user, the password and the broker come from the environment, too', async () => {
  const env = { MQTT_URL: 'mqtts://weather.example', MQTT_USERNAME: 'shed', MQTT_PASSWORD: 'hush' };
  expect(await readOptions(['--channels', 'channels.json'], env)).toMatchObject({
    broker: { url: 'mqtts://weather.example', username: 'shed', password: 'hush' },
    advice: undefined,
  });
  expect(await readOptions([...NEEDED, '--user', 'barn'], env)).toMatchObject({
    broker: { url: 'mqtt://weather.example', username: 'barn', password: 'hush' },
  });
});

test('a password is read from a file, without the line end behind it', async () => {
  const file = join(await useFolder(), 'password');
  await writeFile(file, 'hu sh\n');
  const args = [...NEEDED, '--user', 'shed', '--password-file', file];
  expect(await readOptions(args, { MQTT_PASSWORD: 'other' })).toMatchObject({
    broker: { username: 'shed', password: 'hu sh' },
  });
});

test('a password on the command line works, with a word about who sees it', async () => {
  const args = ['--channels', 'a', '--url', 'mqtt://shed:hush@weather.example'];
  const asked = await readOptions(args, {});
  expect(asked).toMatchObject({ advice: expect.stringContaining('MQTT_PASSWORD') });
  expect(asked).not.toMatchObject({ advice: expect.stringContaining('hush') });
  const fromEnvironment = { MQTT_URL: 'mqtt://shed:hush@weather.example' };
  expect(await readOptions(['--channels', 'a'], fromEnvironment)).toMatchObject({ advice: undefined });
});

test.each([
  [['--chanels', 'a'], 'chanels'],
  [[...NEEDED, 'more'], 'more'],
  [['--channels', 'a'], '--url are needed'],
  [['--channels', 'a', '--url', 'http://weather.example'], 'mqtts://'],
  [['--channels', 'a', '--url', 'weather.example'], 'mqtts://'],
  [[...NEEDED, '--port', 'http'], 'http'],
  [[...NEEDED, '--port', '65536'], '65536'],
  [[...NEEDED, '--password-file', '/nowhere/password'], '/nowhere/password'],
])('%j is a mistake of which it tells', async (args, what) => {
  await expect(readOptions(args, {})).rejects.toThrow(what);
});
