import { stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../src/storage/make-folder.ts';
import { useFolder } from '../support/program.ts';

test('a folder and all that it lies in is made, closed to others, by any number at once', async () => {
  const outer = join(await useFolder(), 'a');
  const inner = join(outer, 'b', 'c');
  await Promise.all(Array.from({ length: 5 }, () => makeFolder(inner)));
  await makeFolder(`${inner}/`);
  for (const made of [outer, inner]) expect((await stat(made)).mode & 0o777).toBe(0o700);
});

test.each(['/proc/thermograph', '/proc/thermograph/data'])(
  'where nothing can be made, in %s say, that is told, and not tried for ever',
  async (folder) => {
    await expect(makeFolder(folder)).rejects.toThrow(/^(?:ENOENT|EACCES|EROFS|EPERM)/);
  },
);

test('a file and a link that leads nowhere are named', async () => {
  const folder = await useFolder();
  const file = join(folder, 'file');
  const link = join(folder, 'link');
  await writeFile(file, '');
  await symlink(join(folder, 'nowhere'), link);
  await expect(makeFolder(file)).rejects.toThrow(`${file} is no folder, or a link that leads nowhere`);
  await expect(makeFolder(join(link, 'data'))).rejects.toThrow(`${link} is no folder`);
  await expect(makeFolder(join(file, 'data'))).rejects.toThrow('ENOTDIR');
});
