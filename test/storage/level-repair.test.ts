import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { expect, test } from 'vitest';
import { BeyondRepairError, repairLevel } from '../../src/storage/level-repair.ts';
import { useFolder } from '../support/program.ts';

async function makeStore(): Promise<string> {
  const folder = await useFolder();
  const store = new ClassicLevel(folder);
  await store.batch([1, 2, 3].map((key) => ({ type: 'put', key: `${key}`, value: 'v' })));
  await store.close();
  return folder;
}

test('what can be read of a damaged store is there afterwards', async () => {
  const folder = await makeStore();
  const manifest = (await readdir(folder)).find((name) => name.startsWith('MANIFEST'))!;
  await writeFile(join(folder, manifest), 'nonsense');
  await expect(new ClassicLevel(folder).open()).rejects.toThrow('failed to open');
  await repairLevel(folder);
  const store = new ClassicLevel(folder);
  expect(await store.keys().all()).toEqual(['1', '2', '3']);
  await store.close();
});

test('a store at which LevelDB ends the process is beyond repair, and the process goes on', async () => {
  const folder = await makeStore();
  await expect(repairLevel(folder, 'process.abort()')).rejects.toThrow(BeyondRepairError);
});

test('what the system reports is no damage', async () => {
  const folder = await useFolder();
  await writeFile(join(folder, 'file'), 'in the way');
  await expect(repairLevel(join(folder, 'file'))).rejects.toThrow(/Not a directory|IO error/i);
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('in the way');
});
