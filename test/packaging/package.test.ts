import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, readdir, symlink } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { useFolder } from '../support/program.ts';

const run = promisify(execFile);
/** Not part of the sources, or of no use to the build. */
const LEFT_OUT = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', 'test', 'bench']);
const NPM = ['--no-audit', '--no-fund', '--prefer-offline'];
const ENV = { ...process.env, HTTP_PORT: '0', MQTT_PORT: '0', TIME_ZONE: 'UTC' };

/** The package, made of the sources alone, elsewhere: other tests use what is built here. */
async function pack(into: string): Promise<{ readonly tarball: string; readonly files: readonly string[] }> {
  const sources = await useFolder();
  const isSource = (file: string): boolean => !LEFT_OUT.has(relative('.', file));
  await cp('.', sources, { recursive: true, filter: isSource });
  await symlink(resolve('node_modules'), join(sources, 'node_modules'), 'dir');
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', into], { cwd: sources });
  // What the build says comes before.
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('[\n'))) as {
    filename: string;
    files: { path: string }[];
  }[];
  return { tarball: join(into, packed!.filename), files: packed!.files.map(({ path }) => path) };
}

/** Starts it as whoever has installed it; resolves with where it listens. */
async function start(
  folder: string,
): Promise<{ httpPort: string; mqttPort: string; stop(): Promise<unknown> }> {
  const child = spawn(join('node_modules', '.bin', 'thermograph'), ['start'], { cwd: folder, env: ENV });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  for await (const text of child.stdout.setEncoding('utf8')) {
    said += text;
    const found = /Page +http:\/\/\S+:(\d+)\n +Broker +mqtt:\/\/\S+:(\d+) [^]*Try/.exec(said);
    if (found === null) continue;
    const stop = async (): Promise<unknown> => {
      child.kill('SIGTERM');
      return (await ended)[0];
    };
    return { httpPort: found[1]!, mqttPort: found[2]!, stop };
  }
  throw new Error(`it has ended: ${said}`);
}

test('the package installs into an empty folder, starts there, stores a reading and has nothing to complain of', async ({
  skip,
}) => {
  const isOnline = await run('npm', ['ping'], { timeout: 20_000 }).then(
    () => true,
    () => false,
  );
  // Its dependencies are looked up where all packages are.
  skip(!isOnline && process.env['CI'] === undefined, 'the registry of npm is not reached');
  const [elsewhere, folder] = [await useFolder(), await useFolder()];
  const { tarball, files } = await pack(elsewhere);
  expect(files.filter((file) => /(?:^|\/)test|\.ts$|\.map$|tsbuildinfo/.test(file))).toEqual([]);
  // Also without install scripts, which npm runs for those only whom the owner trusts.
  await run('npm', ['install', ...NPM, '--ignore-scripts', tarball], { cwd: folder });

  const { httpPort, mqttPort, stop } = await start(folder);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`);
  await client.publishAsync('stations/outside/temperature', '21.5', { qos: 1 });
  await client.endAsync();
  const url = `http://127.0.0.1:${httpPort}`;
  const response = await fetch(`${url}/api/stations/outside/readings?metric=temperature`);
  expect(await response.json()).toMatchObject({ readings: [{ value: 21.5 }] });
  // With all that a browser loads.
  const page = await (await fetch(url)).text();
  const assets = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path!);
  expect(assets.length).toBeGreaterThan(2);
  for (const path of assets) expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);

  const doctor = await run('npx', ['--no-install', 'thermograph', 'doctor', '--json'], {
    cwd: folder,
    env: ENV,
  });
  expect(JSON.parse(doctor.stdout)).toMatchObject({ isWell: true });
  const board = await run('npx', ['--no-install', 'thermograph', 'station', 'add', 'shed', '--config'], {
    cwd: folder,
    env: ENV,
  });
  expect(JSON.parse(board.stdout)).toMatchObject({ station: 'shed', port: Number(mqttPort) });
  expect(await stop()).toBe(0);
  // Its data is in the folder where it was started, and nowhere else.
  expect((await readdir(folder)).toSorted()).toEqual([
    'data',
    'node_modules',
    'package-lock.json',
    'package.json',
  ]);
}, 300_000);
