import { readdir, readFile, readlink } from 'node:fs/promises';

const LISTEN = '0A';

/** What listens on a TCP port of this machine, as `name (process 123)`, as far as we may know: on Linux, of this user's processes. */
export async function findHolder(port: number): Promise<string | undefined> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n')) {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      if (state === LISTEN && Number.parseInt(local.split(':')[1] ?? '', 16) === port) inodes.add(inode);
    }
  }
  if (inodes.size === 0) return undefined;
  const names = await readdir('/proc');
  for (const pid of names.filter((name) => /^\d+$/.test(name))) {
    if (await hasSocket(pid, inodes)) {
      const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
      return `${name} (process ${pid})`;
    }
  }
  return undefined;
}

/** Those of other users can't be looked into. */
async function hasSocket(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  for (const file of files) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}
