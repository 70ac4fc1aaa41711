import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';
import { poll } from './poll.ts';

const run = promisify(execFile);
const INSTALLED = '/usr/lib/postgresql';

/** Where Debian's package has the newest server's programs; `undefined` where it is not installed. */
export function findDebianPostgres(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined;
  const versions = readdirSync(INSTALLED).toSorted((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(INSTALLED, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** Starts a server that has nothing to do with the embedded one, over TCP with a password; resolves with its URL. */
export async function startDebianPostgres(bin: string, port: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'thermograph-debian-'));
  // PostgreSQL refuses to run as root; its Debian package brings a user.
  const identity = userInfo().uid === 0 ? await postgresUser() : undefined;
  if (identity !== undefined) await chown(folder, identity.uid, identity.gid);
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const options = { ...identity, cwd: folder };
  await run('sh', ['-c', `umask 077; echo secret > ${passwordFile}`], options);
  await run(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'owner', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`],
    options,
  );
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  const server = spawn(join(bin, 'postgres'), args, { ...options, stdio: 'ignore' });
  onTestFinished(async () => {
    server.kill('SIGINT');
    await poll(() => server.exitCode !== null || server.signalCode !== null);
    await rm(folder, { recursive: true, force: true });
  });
  await poll(() =>
    run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port)])
      .then(() => true)
      .catch(() => false),
  );
  return `postgres://owner:secret@127.0.0.1:${port}/postgres`;
}

/** The user that Debian's package brings. */
export async function postgresUser(): Promise<{ readonly uid: number; readonly gid: number }> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
  );
  return { uid: uid!, gid: gid! };
}
