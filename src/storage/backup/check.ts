import { readBackupFile } from './backup-file.ts';
import { damaged } from './error.ts';
import type { Contents, Manifest } from './format.ts';
import { checkKnown } from './restore.ts';

/**
 * Reads a backup through, without a database.
 * @param onProgress is told how much of the file has been read, from 0 to 1, and how many rows
 * @throws BackupError when it is not complete, or could not be restored by this program
 */
export async function checkBackup(
  file: string,
  onProgress: (share: number, rows: number) => void = () => {},
): Promise<{ readonly manifest: Manifest; readonly contents: Contents }> {
  let manifest: Manifest | undefined;
  let share = 0;
  let rows = 0;
  for await (const part of readBackupFile(file, (read) => (share = read))) {
    if (part.kind === 'manifest') {
      ({ manifest } = part);
      await checkKnown(manifest);
    } else if (part.kind === 'rows') onProgress(share, (rows += part.rows));
    else if (manifest !== undefined) return { manifest, contents: part.contents };
  }
  throw damaged('its end is missing');
}
