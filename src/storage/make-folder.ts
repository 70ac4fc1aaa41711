import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder that is closed to others, and those that it lies in; one that is there stays as it is. Node's own way to do that tries for
 * ever, at full load, where a folder can't be made in one that is there, as below /proc.
 * @throws what the file system reports
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeOne(folder);
  } catch (error) {
    const parent = path.dirname(folder);
    if (codeOf(error) !== 'ENOENT' || parent === folder) throw error;
    await makeFolder(parent);
    await makeOne(folder);
  }
}

/** Somebody may have made it this instant. */
async function makeOne(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isThere) return;
    throw codeOf(error) === 'EEXIST'
      ? new Error(`${folder} is no folder, or a link that leads nowhere`, { cause: error })
      : error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
