import { type FileHandle, readFile, rename, stat } from 'node:fs/promises';
import { openToAppend } from './owned-file.ts';

const LIMIT_BYTES = 5 * 1024 * 1024;
const LAST_WORDS_LINES = 10;

/** Opens the server's log for the next server. One that has grown too long becomes `.1`, in place of the last such. */
export async function openLog(logFile: string): Promise<FileHandle> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LIMIT_BYTES) await rename(logFile, `${logFile}.1`);
  return openToAppend(logFile);
}

/** The end of what was logged after the first `from` bytes. */
export async function lastWords(logFile: string, from: number): Promise<string> {
  const text = (await readFile(logFile)).subarray(from).toString('utf8').trim();
  return text.split('\n').slice(-LAST_WORDS_LINES).join('\n');
}
