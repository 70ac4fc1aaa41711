import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeDeadDrafts } from '../../../src/storage/embedded/new-data-directory.ts';
import { useFolder } from '../../support/program.ts';

/** Above every system's highest process number. */
const NOBODY = 2 ** 30;

test('a dead draft is removed also while an initdb that outlived its process still makes files in it', async () => {
  const dataDir = await useFolder();
  for (const number of Array.from({ length: 20 }).keys()) {
    const folder = join(dataDir, `postgres.new-${NOBODY}-${number}`, 'base');
    await mkdir(folder, { recursive: true });
    const making = (async () => {
      for (const name of Array.from({ length: 40 }).keys())
        await writeFile(join(folder, String(name)), '').catch(() => undefined);
    })();
    await removeDeadDrafts(dataDir);
    await making;
    expect(await readdir(dataDir)).toEqual([]);
  }
});
