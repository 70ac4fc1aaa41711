import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { openToAppend, replaceFile } from './owned-file.ts';
import type { RunAs } from './program.ts';
import type { Site } from './site.ts';

/** Where the server listens: on a Unix socket, or, for want of one, on a TCP port on loopback. */
export type Listening = { readonly socketDirectory: string } | { readonly port: number };

/** The number in the name of the Unix socket; no TCP port. */
export const SOCKET_PORT = 5432;

const SETTINGS_FILE = 'thermograph.conf';

/**
 * Writes our settings into the data folder, anew at each start. An owner who knows better says so with ALTER SYSTEM,
 * which PostgreSQL reads last.
 */
export async function writeSettings(site: Site, runAs: RunAs, listening: Listening): Promise<void> {
  const note = '# Written by Thermograph at each start: changes here are lost. Use ALTER SYSTEM instead.\n';
  await replaceFile(
    path.join(site.directory, SETTINGS_FILE),
    note + renderSettings(settingsFor(listening, Number(site.binaries.major))),
    runAs,
  );
}

/** Lets PostgreSQL's own file in `directory` include ours. Doing it twice does no harm. */
export async function includeSettings(directory: string): Promise<void> {
  const file = path.join(directory, 'postgresql.conf');
  const include = `include ${quoteSetting(SETTINGS_FILE)}`;
  if ((await readFile(file, 'utf8')).split('\n').includes(include)) return;
  const handle = await openToAppend(file);
  try {
    await handle.writeFile(`\n${include}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function settingsFor(listening: Listening, major: number): Readonly<Record<string, string>> {
  const bySocket = 'socketDirectory' in listening;
  return {
    listen_addresses: bySocket ? '' : '127.0.0.1',
    port: String(bySocket ? SOCKET_PORT : listening.port),
    unix_socket_directories: bySocket ? quoteListItem(listening.socketDirectory) : '',
    unix_socket_permissions: '0700',

    // A PUBACK means stored: a commit is on the disk before it is reported.
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',

    // Modest, for a Raspberry Pi that does other things too.
    max_connections: '30',
    shared_buffers: '64MB',
    work_mem: '4MB',
    maintenance_work_mem: '32MB',
    max_wal_size: '512MB',
    // Compiling a query takes longer than running one of ours.
    jit: 'off',
    // Parallel workers share memory through /dev/shm, of which a container has 64 MB by default.
    max_parallel_workers_per_gather: '0',
    max_parallel_maintenance_workers: '0',
    // No worker processes for input and output: less memory, and a start in half the time.
    ...(major >= 18 && { io_method: 'sync' }),
    // A container that forbids huge pages kills the server that tries them.
    huge_pages: 'off',
    // Nobody subscribes to us by PostgreSQL's own means.
    max_logical_replication_workers: '0',
    autovacuum: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',

    // Ingest provokes unique violations on purpose, and whoever sends a statement reports its error; PostgreSQL would
    // write each of them down once more. `log` leaves the server's own messages, and all that is fatal.
    log_min_messages: 'log',
    // Else two lines every five minutes, in a file that is only shortened at the next start.
    log_checkpoints: 'off',
  };
}

function renderSettings(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${quoteSetting(value)}\n`)
    .join('');
}

/** A value as postgresql.conf has it: in single quotes, quotes doubled, backslash escapes. */
function quoteSetting(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''").replaceAll('\n', '\\n')}'`;
}

/** An item of a setting that is a list parted by commas, such as unix_socket_directories. */
function quoteListItem(item: string): string {
  return `"${item.replaceAll('"', '""')}"`;
}
