import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../../storage/failure.ts';

/** The folder, or what it is to be made in. */
export async function nearestFolder(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  const parent = path.dirname(folder);
  return isThere || parent === folder ? folder : nearestFolder(parent);
}

/** Why this user can't use a folder; `undefined`: they can. */
export async function notWritable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'it is not a folder';
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
