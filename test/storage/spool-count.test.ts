import { execFileSync } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { countSpooled } from '../../src/storage/spool-count.ts';
import { useFolder } from '../support/program.ts';

async function makeSpool(keys: readonly number[]): Promise<string> {
  const folder = join(await useFolder(), 'spool');
  const store = new ClassicLevel<Buffer>(folder, { keyEncoding: 'buffer' });
  for (const key of keys) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(key));
    await store.put(bytes, 'a message');
  }
  await store.close();
  return folder;
}

test('messages are counted, also where earlier ones have left', async () => {
  expect(await countSpooled(await makeSpool([7, 8, 9]))).toBe(3);
  expect(await countSpooled(await makeSpool([]))).toBe(0);
});

test('a spool that is not there is not made', async () => {
  const folder = await useFolder();
  expect(await countSpooled(join(folder, 'spool'))).toBe(0);
  expect(await readdir(folder)).toEqual([]);
});

test.skipIf(process.getuid?.() !== 0)('root leaves that of another user as it is', async () => {
  const folder = await makeSpool([1]);
  execFileSync('chown', ['--recursive', '12345', folder]);
  expect(await countSpooled(folder)).toBeUndefined();
  const files = await Promise.all((await readdir(folder)).map((name) => stat(join(folder, name))));
  expect(new Set(files.map(({ uid }) => uid))).toEqual(new Set([12_345]));
});
