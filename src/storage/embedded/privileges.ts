import { chmod, readFile, stat } from 'node:fs/promises';
import { EmbeddedServerError, USE_OWN_DATABASE } from './error.ts';
import { type RunAs, runProgram } from './program.ts';
import type { Site } from './site.ts';

interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Decides as whom PostgreSQL runs. It refuses root, so for a root process, in this order:
 * 1. A data folder that belongs to an ordinary user stays that user's: whoever once says `sudo` can still do without.
 * 2. A DATA_DIR that belongs to an ordinary user makes the database that user's too, as with a folder of the host
 *    mounted into a container.
 * 3. A user namespace in which root bears an unprivileged number. Outside, the server is still root: files stay
 *    root's, even under a home that only root can enter; but it has none of root's capabilities.
 * 4. Where those are forbidden (most containers), an unprivileged user, who is given the server's folders. Anything
 *    else that runs as that user can reach the database, so this comes last.
 * @throws EmbeddedServerError `cannot-drop-root`
 */
export async function chooseRunAs(site: Site): Promise<RunAs> {
  const uid = process.getuid?.();
  if (uid === undefined) return { owner: undefined, prefix: [], user: undefined };
  if (uid !== 0) return { owner: { uid, gid: process.getgid?.() ?? uid }, prefix: [], user: undefined };

  const databaseOwner = await ordinaryOwner(site.directory);
  if (databaseOwner !== undefined) return runAsOther(site, databaseOwner);

  const dataDirOwner = await ordinaryOwner(site.dataDir);
  if (dataDirOwner !== undefined && site.rootWay === undefined && (await canServe(site, dataDirOwner))) {
    return asOther(dataDirOwner);
  }

  const user = await unprivilegedUser();
  if (site.rootWay !== 'other-user') {
    const inNamespace = asMapped(user);
    if (await isAllowed(inNamespace)) return inNamespace;
    if (site.rootWay === 'user-namespace') throw notServable('user namespaces are not allowed here');
  }
  await letPass(site);
  return runAsOther(site, user);
}

function asMapped(user: User): RunAs {
  const prefix = ['unshare', '--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`, '--'];
  return { owner: { uid: 0, gid: 0 }, prefix, user: undefined };
}

function asOther(user: User): RunAs {
  return { owner: user, prefix: [], user };
}

async function runAsOther(site: Site, user: User): Promise<RunAs> {
  if (await canServe(site, user)) return asOther(user);
  throw notServable(
    `user ${user.uid}, who would run it, can't reach ${site.dataDir} or ${site.binaries.postgres}`,
  );
}

async function isAllowed(runAs: RunAs): Promise<boolean> {
  return process.platform === 'linux' && (await runProgram(runAs, '/', ['true'])).status === 0;
}

/** Asks the system, for mode bits don't tell of access lists. initdb, unlike the server, wants a user with a name. */
async function canServe(site: Site, user: User): Promise<boolean> {
  const script = '{ test -d "$3" || id -un >/dev/null; } && cd "$1" && test -x "$2"';
  const command = ['sh', '-c', script, 'sh', site.dataDir, site.binaries.postgres, site.directory];
  return (await runProgram(asOther(user), '/', command)).status === 0;
}

async function ordinaryOwner(folder: string): Promise<User | undefined> {
  const { uid, gid } = await stat(folder).catch(() => ({ uid: 0, gid: 0 }));
  return uid === 0 ? undefined : { uid, gid };
}

/** `nobody`, or else any ordinary user: initdb wants one that has a name, under either way. */
async function unprivilegedUser(): Promise<User> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const users = text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return Number(uid) > 0 && Number(gid) > 0 ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
  const user = users.find(({ name }) => name === 'nobody') ?? users[0];
  return user === undefined ? { uid: 65_534, gid: 65_534 } : { uid: user.uid, gid: user.gid };
}

/** Lets others pass through DATA_DIR, though not list it; what lies in it has modes of its own. */
async function letPass(site: Site): Promise<void> {
  const { uid, mode } = await stat(site.dataDir);
  if (uid !== 0 || (mode & 0o001) !== 0) return;
  await chmod(site.dataDir, (mode & 0o777) | 0o011);
  site.log.info({ dataDir: site.dataDir }, 'DATA_DIR can now be passed through by other users, not listed');
}

function notServable(reason: string): EmbeddedServerError {
  return new EmbeddedServerError(
    'cannot-drop-root',
    `PostgreSQL refuses to run as root, and ${reason}.`,
    `Run Thermograph as an ordinary user; or have it and its DATA_DIR in folders that every user can pass into, unlike /root; or ${USE_OWN_DATABASE}.`,
  );
}
