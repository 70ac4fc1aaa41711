import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { checkBackup } from '../../../src/storage/backup/check.ts';
import { tarEnd, tarHeader, tarPadding } from '../../../src/storage/backup/tar.ts';
import { knownMigrations } from '../../../src/storage/migrate.ts';
import { useFolder } from '../../support/program.ts';

const AT = new Date();
const ROW = '1\tgarden\t2026-01-01\n';

interface Made {
  readonly name?: string;
  readonly columns?: readonly string[];
  readonly more?: object;
  readonly tables?: number;
  readonly rows?: string;
  readonly entry?: string;
}

function entry(name: string, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([tarHeader(name, bytes.length, AT), bytes, tarPadding(bytes.length)]);
}

/** A backup of one table, whose counts and checksums are right whatever is in it. */
async function make(made: Made = {}): Promise<Buffer> {
  const { name = 'stations', columns = ['id', 'station', 'created_at'], rows = ROW, tables = 1 } = made;
  const manifest = {
    format: 'thermograph-backup',
    formatVersion: 1,
    thermograph: '1.2.3',
    takenAt: AT.toISOString(),
    postgres: '18.1',
    migrations: await knownMigrations(),
    tables: Array.from({ length: tables }, () => ({ name, columns, sequences: [] })),
    ...made.more,
  };
  const sha256 = createHash('sha256').update(rows).digest('hex');
  const contents = {
    tables: [{ name, rows: rows.split('\n').length - 1, bytes: Buffer.byteLength(rows), sha256 }],
  };
  return Buffer.concat([
    entry('manifest.json', JSON.stringify(manifest)),
    entry(made.entry ?? `tables/${name}/000001.copy`, rows),
    entry('contents.json', JSON.stringify(contents)),
    tarEnd(),
  ]);
}

async function codeOf(tar: Buffer): Promise<string | undefined> {
  const file = join(await useFolder(), 'backup.tar.gz');
  await writeFile(file, gzipSync(tar));
  return checkBackup(file).then(
    () => 'none',
    ({ code }: { code?: string }) => code,
  );
}

test.each<[string, Made, string]>([
  ['is sound', {}, 'none'],
  ['leads out of its folder', { entry: '../../etc/passwd' }, 'backup-damaged'],
  ['has SQL for a table', { name: 'x"; DROP TABLE readings; --' }, 'not-a-backup'],
  ['has a table of the server', { name: 'pg_largeobject' }, 'not-a-backup'],
  ['has the list of migrations', { name: 'thermograph_migrations' }, 'not-a-backup'],
  ['has SQL for a column', { columns: ['id) FROM STDIN; --'] }, 'not-a-backup'],
  ['has a table twice', { tables: 2 }, 'not-a-backup'],
  ['has a row without an end', { rows: ROW.trimEnd() }, 'backup-damaged'],
  ['has a version that clears the screen', { more: { thermograph: '\u001B[2J1.2.3' } }, 'not-a-backup'],
  ['has a time that clears the screen', { more: { takenAt: '\u001B[2J' } }, 'not-a-backup'],
  ['has a migration that clears the screen', { more: { migrations: ['\u001B[2J'] } }, 'not-a-backup'],
])('a backup that %s', async (_what, made, code) => {
  expect(await codeOf(await make(made))).toBe(code);
});

test('what never was a backup is told so, however short it is', async () => {
  const exported = 'station,metric,unit,measuredAt,value,receivedAt\r\n';
  for (const text of ['', exported, exported.repeat(100)]) {
    expect(await codeOf(Buffer.from(text))).toBe('not-a-backup');
  }
  expect(await codeOf((await make()).subarray(0, -2000))).toBe('backup-damaged');
});

test('what asks for more memory than any piece needs is refused before it is read', async () => {
  const tar = Buffer.concat([(await make()).subarray(0, -1024), tarHeader('contents.json', 2 ** 27, AT)]);
  expect(await codeOf(tar)).toBe('backup-damaged');
  expect(await codeOf(tarHeader('manifest.json', 2 ** 27, AT))).toBe('not-a-backup');
});
