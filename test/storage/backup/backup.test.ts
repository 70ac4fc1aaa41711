import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { readBackupFile, writeBackupFile, writeBackupTo } from '../../../src/storage/backup/backup-file.ts';
import { checkBackup } from '../../../src/storage/backup/check.ts';
import { type DumpOptions, dumpDatabase } from '../../../src/storage/backup/dump.ts';
import { type Restored, restoreBackup } from '../../../src/storage/backup/restore.ts';
import { BACKUP_TABLES } from '../../../src/storage/backup/tables.ts';
import { readTar, tarEnd, tarHeader, tarPadding } from '../../../src/storage/backup/tar.ts';
import { dropPartition } from '../../../src/storage/expiry/drop-partition.ts';
import { listPartitions } from '../../../src/storage/expiry/partition-list.ts';
import { migrate } from '../../../src/storage/migrate.ts';
import { createPartitions } from '../../../src/storage/partitions.ts';
import { allRows, fillWithEverything } from '../../support/compare-databases.ts';
import { createTestDatabase, type TestDatabase, useTestDatabase } from '../../support/database.ts';
import { useFolder } from '../../support/program.ts';
import { insertRows, seedSeries } from '../../support/series.ts';

const LOG = pino({ level: 'silent' });
const SIGNAL = new AbortController().signal;
const AT = Date.UTC(2026, 10, 5) * 1000;

async function useFilled(): Promise<TestDatabase> {
  const database = await useTestDatabase();
  await fillWithEverything(database.pool);
  return database;
}

async function backUp({ connection }: TestDatabase, options: Partial<DumpOptions> = {}): Promise<string> {
  const file = join(await useFolder(), 'backup.tar.gz');
  const dumped = dumpDatabase({ connection, version: '1.2.3', log: LOG, pieceBytes: 10_000, ...options });
  await writeBackupFile(dumped, { file, mayReplace: false, signal: SIGNAL });
  return file;
}

function restore(file: string, { connection }: TestDatabase): Promise<Restored> {
  return restoreBackup(readBackupFile(file), { connection, log: LOG });
}

/** A database without a schema. */
async function useBareDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  await database.pool.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  return database;
}

async function failureOf(promise: Promise<unknown>): Promise<{ code?: string; message: string }> {
  return promise.then(
    () => {
      throw new Error('it has not failed');
    },
    (error: unknown) => error as { code?: string; message: string },
  );
}

test('every table of the schema is in a backup, but for the list of migrations', async () => {
  const { pool } = await useTestDatabase();
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace`,
  );
  const names = rows.map(({ name }) => name).filter((name) => name !== 'thermograph_migrations');
  expect(names.toSorted()).toEqual([...BACKUP_TABLES].toSorted());
});

test('what is restored is row by row what was backed up, and numbers go on from there', async () => {
  const source = await useFilled();
  const file = await backUp(source);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const target = await useBareDatabase();
  const { manifest, contents } = await restore(file, target);
  const rows = await allRows(source.pool);
  expect(Object.values(rows).every((table) => table.length > 0)).toBe(true);
  expect(await allRows(target.pool)).toEqual(rows);
  expect(contents.tables.find(({ name }) => name === 'readings')).toMatchObject({ rows: 48 });
  expect(manifest).toMatchObject({
    thermograph: '1.2.3',
    migrations: expect.arrayContaining(['0001_readings']),
  });
  for (const { pool } of [source, target]) {
    await pool.query("INSERT INTO stations (station) VALUES ('new')");
    await pool.query("INSERT INTO readings SELECT 1, '2026-11-06Z', 1, now()");
  }
  const [before, after] = [await allRows(source.pool), await allRows(target.pool)];
  expect(after['stations']!.map((row) => row.split(',')[0])).toEqual(
    before['stations']!.map((row) => row.split(',')[0]),
  );
  // The triggers of readings are at work again.
  expect(after['rollup_marks']!.length).toBe(before['rollup_marks']!.length);
  expect(after['rollup_marks']!.length).toBeGreaterThan(rows['rollup_marks']!.length);
});

test('a backup is of one moment, whatever is stored, made and dropped meanwhile, and nobody waits for it', async () => {
  const source = await useTestDatabase();
  const series = { station: 'outside', metric: 'temperature', unit: null };
  const month = 31 * 86_400e6;
  const rows = Array.from({ length: 2_000 }, (_, n) => ({ measuredAt: AT + n, value: n }));
  const seriesId = await seedSeries(source.pool, series, rows);
  const file = join(await useFolder(), 'backup.tar.gz');
  const dumped = dumpDatabase({ connection: source.connection, version: '1', log: LOG, pieceBytes: 1000 });
  const slowly = async function* (): AsyncGenerator<Buffer, void, void> {
    let pieces = 0;
    for await (const bytes of dumped) {
      yield bytes;
      pieces += 1;
      if (pieces !== 1) continue;
      await createPartitions(source.pool).create(['2027-01']);
      await insertRows(source.pool, seriesId, [{ measuredAt: AT + 2 * month, value: 1 }]);
      await insertRows(source.pool, seriesId, [{ measuredAt: AT - 1, value: 1 }]);
      const client = await source.pool.connect();
      const [partition] = await listPartitions(client);
      const outcome = await dropPartition(client, {
        partition: partition!,
        reason: 'size',
        lockTimeoutMs: 5,
      });
      client.release();
      expect(outcome).toBe('busy');
    }
  };
  await writeBackupFile(slowly(), { file, mayReplace: false, signal: SIGNAL });
  const target = await useBareDatabase();
  await restore(file, target);
  const restored = await target.pool.query<{ value: number }>('SELECT value FROM readings ORDER BY value');
  expect(restored.rows.map(({ value }) => value)).toEqual(rows.map(({ value }) => value));
});

test('what waited in the spool at that moment is told by the backup, also when it was stored before its end', async () => {
  const source = await useFilled();
  const counts = [2, 5, 0];
  const { manifest } = await checkBackup(await backUp(source, { countSpooled: async () => counts.shift() }));
  expect([manifest.spooled, counts]).toEqual([5, [0]]);
  let asked = 0;
  const unknown = await backUp(source, { countSpooled: async () => [undefined, 0][asked++] });
  expect((await checkBackup(unknown)).manifest).not.toHaveProperty('spooled');
});

test('a file that is cut short or altered is refused, and nothing of it is in the database', async () => {
  const file = await backUp(await useFilled());
  const whole = await readFile(file);
  const target = await useBareDatabase();
  const folder = await useFolder();
  const broken = join(folder, 'broken.tar.gz');
  const codes = new Set<string | undefined>();
  for (const share of [0.3, 0.6, 0.95, 1]) {
    await writeFile(broken, whole);
    await truncate(broken, Math.min(Math.floor(whole.length * share), whole.length - 1));
    codes.add((await failureOf(restore(broken, target))).code);
    codes.add((await failureOf(checkBackup(broken))).code);
  }
  for (const at of [Math.floor(whole.length / 2), whole.length - 6]) {
    const altered = Buffer.from(whole);
    altered[at]! ^= 0x10;
    await writeFile(broken, altered);
    codes.add((await failureOf(restore(broken, target))).code);
  }
  expect([...codes]).toEqual(['backup-damaged']);
  const headless = Buffer.from(whole);
  headless[100]! ^= 0x10;
  await writeFile(broken, headless);
  // It may not even look like one any more.
  expect((await failureOf(restore(broken, target))).code).toMatch(/^(?:backup-damaged|not-a-backup)$/);
  const { rows } = await target.pool.query(
    "SELECT to_regclass('readings') IS NULL OR (SELECT count(*) FROM series) = 0 AS empty",
  );
  expect(rows).toEqual([{ empty: true }]);
  await restore(file, target);
});

/** The same backup with something done to its entries, packed again so that gzip finds nothing wrong. */
async function forge(
  file: string,
  change: (name: string, bytes: Buffer) => Buffer | undefined,
): Promise<string> {
  const parts: Buffer[] = [];
  const source = async function* () {
    yield gunzipSync(await readFile(file));
  };
  for await (const { name, bytes } of readTar(source())) {
    const changed = change(name, bytes);
    if (changed === undefined) continue;
    parts.push(tarHeader(name, changed.length, new Date()), changed, tarPadding(changed.length));
  }
  const forged = join(await useFolder(), 'forged.tar.gz');
  await writeFile(forged, gzipSync(Buffer.concat([...parts, tarEnd()])));
  return forged;
}

test('a backup with a row changed, missing or cut short, or without its end, is refused', async () => {
  const file = await backUp(await useFilled());
  const target = await useBareDatabase();
  const isStations = (name: string): boolean => name.startsWith('tables/stations/');
  const changed = await forge(file, (name, bytes) =>
    isStations(name) ? Buffer.from(bytes.toString().replace('outside', 'outsite')) : bytes,
  );
  expect((await failureOf(restore(changed, target))).message).toContain('the checksum of stations');
  const less = await forge(file, (name, bytes) => (isStations(name) ? undefined : bytes));
  expect((await failureOf(restore(less, target))).code).toBe('backup-damaged');
  expect((await failureOf(checkBackup(less))).message).toContain('stations has 0 rows of 2');
  const narrow = await forge(file, (name, bytes) =>
    name.startsWith('tables/readings/') ? Buffer.from('2026-11\n2026-11\n') : bytes,
  );
  expect((await failureOf(restore(narrow, target))).message).toContain('a reading has the time ""');
  const endless = await forge(file, (name, bytes) => (name === 'contents.json' ? undefined : bytes));
  expect((await failureOf(restore(endless, target))).message).toContain('its end is missing');
  const newer = await forge(file, (name, bytes) =>
    name === 'manifest.json' ? Buffer.from(bytes.toString().replace('0001_readings', '0999_later')) : bytes,
  );
  expect((await failureOf(restore(newer, target))).code).toBe('backup-too-new');
  await writeFile(endless, 'station,metric\n');
  expect((await failureOf(checkBackup(endless))).code).toBe('not-a-backup');
  expect((await target.pool.query('SELECT FROM stations')).rowCount).toBe(0);
});

test('nothing is restored over what is there', async () => {
  const source = await useFilled();
  const file = await backUp(source);
  const before = await allRows(source.pool);
  const refused = await failureOf(restore(file, source));
  expect(refused).toMatchObject({
    code: 'database-not-empty',
    hint: expect.stringContaining('move DATA_DIR/postgres away'),
  });
  expect(await allRows(source.pool)).toEqual(before);
  const again = writeBackupFile(dumpDatabase({ connection: source.connection, version: '1', log: LOG }), {
    file,
    mayReplace: false,
    signal: SIGNAL,
  });
  expect((await failureOf(again)).code).toBe('file-exists');
});

test('a backup of an older schema is brought up to date', async () => {
  const source = await useBareDatabase();
  // Stations have no place on the page yet.
  await migrate(source.connection, LOG, 7);
  await source.pool.query(`INSERT INTO stations (station) VALUES ('outside'), ('shed')`);
  const file = await backUp(source);
  const target = await useBareDatabase();
  await restore(file, target);
  const { rows } = await target.pool.query('SELECT station, position FROM stations ORDER BY id');
  expect(rows).toEqual([
    { station: 'outside', position: null },
    { station: 'shed', position: null },
  ]);
});

test('any text and any bytes come back as they were', async () => {
  const source = await useTestDatabase();
  // PostgreSQL's text takes no zero character, and nothing that is no character.
  const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', '\\'));
  const awkward = ['', '\\N', '\\.', '\\\\', '\r\n', '\t', '\b\f\v', 'a\\', '\u2028\uFEFF'];
  const values = [...awkward, ...fc.sample(text, 300)];
  await source.pool.query(
    `INSERT INTO rejected_messages (received_at, topic, payload, qos, client_id, reason, detail)
     SELECT now(), value, convert_to(value, 'UTF8'), 0, nullif(value, ''), '', value FROM unnest($1::text[]) AS value`,
    [values],
  );
  const target = await useBareDatabase();
  await restore(await backUp(source, { pieceBytes: 500 }), target);
  expect(await allRows(target.pool)).toEqual(await allRows(source.pool));
  const found = await target.pool.query('SELECT topic FROM rejected_messages ORDER BY id');
  expect(found.rows.map(({ topic }) => topic)).toEqual(values);
});

test('a database without our schema, or with a newer one, is not backed up', async () => {
  const bare = await useBareDatabase();
  expect((await failureOf(backUp(bare))).code).toBe('nothing-to-back-up');
  const newer = await useTestDatabase();
  await newer.pool.query("INSERT INTO thermograph_migrations (name, run_on) VALUES ('0999_later', now())");
  expect((await failureOf(backUp(newer))).code).toBe('database-too-new');
});

test('a backup that fails leaves no file, and one that was taken is what tar reads', async () => {
  const source = await useFilled();
  const folder = await useFolder();
  const file = join(folder, 'backup.tar.gz');
  const failing = async function* (): AsyncGenerator<Buffer, void, void> {
    yield Buffer.alloc(100_000);
    await Promise.reject(new Error('the disk of the database is gone'));
  };
  const failed = writeBackupFile(failing(), { file, mayReplace: false, signal: SIGNAL });
  expect((await failureOf(failed)).message).toBe('the disk of the database is gone');
  expect(await readdir(folder)).toEqual([]);
  const whole = await backUp(source);
  const listed = execFileSync('tar', ['-tzf', whole], { encoding: 'utf8' }).trim().split('\n');
  expect(listed[0]).toBe('manifest.json');
  expect(listed).toContain('tables/rejected_messages/000002.copy');
  expect(listed.at(-1)).toBe('contents.json');
});

test.skipIf(process.platform !== 'linux')(
  'a full disk is told as one, and what reads the database is ended',
  async () => {
    let isEnded = false;
    const endless = async function* (): AsyncGenerator<Buffer, void, void> {
      try {
        for (;;) yield await Promise.resolve(randomBytes(100_000));
      } finally {
        isEnded = true;
      }
    };
    const failed = failureOf(writeBackupTo(endless(), createWriteStream('/dev/full'), SIGNAL));
    expect(await failed).toMatchObject({ code: 'file-not-usable', message: expect.stringMatching(/ENOSPC/) });
    expect(isEnded).toBe(true);
  },
);

test('a file that can not be read or written is named, with what to look at', async () => {
  const folder = await useFolder();
  const target = await useBareDatabase();
  await expect(restore(join(folder, 'missing.tar.gz'), target)).rejects.toMatchObject({
    code: 'file-not-usable',
    message: expect.stringContaining('missing.tar.gz could not be read: ENOENT') as string,
    hint: expect.stringContaining('whether it is there') as string,
  });
  const file = join(folder, 'nowhere', 'backup.tar.gz');
  const written = writeBackupFile(Readable.from([Buffer.from('x')]), {
    file,
    mayReplace: false,
    signal: SIGNAL,
  });
  await expect(written).rejects.toMatchObject({
    message: expect.stringContaining('could not be written: ENOENT') as string,
    hint: expect.stringContaining('whether the folder is there') as string,
  });
});
