import { link, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { giveFolder, openToAppend } from '../../../src/storage/embedded/owned-file.ts';
import { useFolder } from '../../support/program.ts';

const NOBODY = 65534;

// Only root gives anything away.
describe.skipIf(process.getuid?.() !== 0)('what root gives to the user of a folder', () => {
  test('is the folder and all below it, and nothing that links in it lead to', async () => {
    const [folder, elsewhere] = [await useFolder(), await useFolder()];
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'deep', 'file'), '');
    await symlink(elsewhere, join(folder, 'deep', 'link'));
    await giveFolder(folder, NOBODY, NOBODY);
    for (const given of ['', 'deep', 'deep/file']) expect((await stat(join(folder, given))).uid).toBe(NOBODY);
    expect((await stat(elsewhere)).uid).toBe(0);
  });

  test('is not what a link stands for that has taken the place of the folder', async () => {
    const [folder, elsewhere] = [await useFolder(), await useFolder()];
    await writeFile(join(elsewhere, 'file'), '');
    await symlink(elsewhere, join(folder, 'link'));
    await expect(giveFolder(join(folder, 'link'), NOBODY, NOBODY)).rejects.toThrow(/ENOTDIR|ELOOP/);
    for (const kept of ['', 'file']) expect((await stat(join(elsewhere, kept))).uid).toBe(0);
  });

  test('is a log of ours, and no file of root that has another name elsewhere', async () => {
    const [folder, elsewhere] = [await useFolder(), await useFolder()];
    await giveFolder(folder, NOBODY, NOBODY);
    await (await openToAppend(join(folder, 'log'))).close();
    expect((await stat(join(folder, 'log'))).uid).toBe(NOBODY);
    await writeFile(join(elsewhere, 'secret'), '');
    await link(join(elsewhere, 'secret'), join(folder, 'linked'));
    await (await openToAppend(join(folder, 'linked'))).close();
    expect((await stat(join(elsewhere, 'secret'))).uid).toBe(0);
  });
});
