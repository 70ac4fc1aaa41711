import { open } from 'node:fs/promises';

/** Makes sure that what was made, renamed or removed in a folder is so after a power cut, too. Windows has nothing of the kind. @throws what the disk reports */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
