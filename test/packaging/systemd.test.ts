import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readConfig, SETTINGS } from '../../src/config.ts';
import { poll } from '../support/poll.ts';
import { useFolder } from '../support/program.ts';
import { instructions, readProjectFile } from './files.ts';

const unit = readProjectFile('docs/deploy/thermograph.service');
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
/** As root of this machine, and not only of a container that may not mount. */
const mayMount =
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
const NOBODY = 65_534;

function valuesOf(key: string): readonly string[] {
  return instructions(unit)
    .filter((line) => line.startsWith(`${key}=`))
    .map((line) => line.slice(key.length + 1));
}

/** With paths that are there. */
async function installed(): Promise<string> {
  const file = join(await useFolder(), 'thermograph.service');
  const main = join(process.cwd(), 'dist/src/main.js');
  await writeFile(
    file,
    unit.replace('/usr/bin/node /opt/thermograph/dist/src/main.js', `${process.execPath} ${main}`),
  );
  return file;
}

// Not where the program is not installed; with CI set, where .ci/run installs it, that fails.
describe('the unit for systemd', () => {
  test.skipIf(!hasSystemd && !process.env['CI'])('holds nothing that systemd complains about', async () => {
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', await installed()], {
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test.skipIf(!hasSystemd && !process.env['CI'])('is exposed by 1.5 of 10 at most', async () => {
    const file = await installed();
    const args = ['security', '--offline=yes', '--threshold=15', file];
    const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect(status, `${stdout}${stderr}`).toBe(0);
  });

  test('stops the service alone, which stops PostgreSQL, and gives it the time that it takes', () => {
    expect(valuesOf('KillMode')).toEqual(['mixed']);
    expect(Number(valuesOf('TimeoutStopSec')[0]) * 1000).toBeGreaterThan(readConfig({}).shutdownTimeoutMs);
  });

  test('and the example of its settings name only such that there are', () => {
    const known = new Set(['NODE_ENV', ...SETTINGS.map(({ env }) => env)]);
    const given = valuesOf('Environment').flatMap((line) => line.split(' '));
    const named = [...given, ...instructions(readProjectFile('docs/deploy/thermograph.env'))];
    expect(named.map((pair) => pair.split('=')[0]!).filter((name) => !known.has(name))).toEqual([]);
  });
});

/** A mount namespace in which all but the given folder is read-only, and a user without any capability in it. */
const LOCKED = `
  mount --make-rprivate / && mount --bind "$DATA_DIR" "$DATA_DIR" && mount -o remount,bind,ro / &&
  exec setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all "$@"`;

test.skipIf(!mayMount)(
  'on a read-only system, as a user who may do nothing, the service stores readings and stops in order',
  async () => {
    const folder = await useFolder();
    await chmod(folder, 0o700);
    await chown(folder, NOBODY, NOBODY);
    const args = ['--mount', 'sh', '-euc', LOCKED, 'sh', process.execPath, 'dist/src/main.js'];
    const child = spawn('unshare', args, {
      env: { PATH: process.env['PATH'], HTTP_PORT: '0', MQTT_PORT: '0', DATA_DIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = once(child, 'exit');
    onTestFinished(async () => {
      child.kill('SIGTERM');
      await ended;
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    const url = await poll(() => {
      if (child.exitCode !== null) throw new Error(said);
      return /Page +(http:\S+)[^]*Try/.exec(said)?.[1];
    });
    const { status } = await fetch(`${url}/api/stations/outside/readings`, {
      method: 'POST',
      body: '{"t":1}',
    });
    expect(status).toBe(201);
    // Its own group, as systemd's KillMode=mixed has it: PostgreSQL is left to the service.
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    expect(said).not.toContain('"level":50');
  },
);
