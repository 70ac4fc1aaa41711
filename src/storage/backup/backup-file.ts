import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { reasonOf } from '../failure.ts';
import { BackupError, damaged, notABackup } from './error.ts';
import { type BackupPart, readBackup } from './read.ts';
import { syncFolder } from '../sync-folder.ts';

/** What a backup is called until it is complete: NAME.RANDOM.part. */
export const DRAFT_SUFFIX = '.part';
const READ_BYTES = 256 * 1024;

export interface BackupFileOptions {
  readonly file: string;
  /** Whether a file of that name is replaced. */
  readonly mayReplace: boolean;
  readonly signal: AbortSignal;
}

/**
 * Writes a backup to a file that only its owner may read. It has its name when it is complete and flushed to the disk; until then it lies
 * beside it, and is removed when something goes wrong.
 * @returns its size in bytes
 * @throws BackupError `file-exists`, `file-not-usable`; what `bytes` throws; AbortError
 */
export async function writeBackupFile(
  bytes: AsyncIterable<Buffer>,
  options: BackupFileOptions,
): Promise<number> {
  const { file, mayReplace, signal } = options;
  await checkTarget(file, mayReplace);
  const draft = `${file}.${randomBytes(4).toString('hex')}${DRAFT_SUFFIX}`;
  const failed: unknown[] = [];
  const sink = createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true });
  try {
    await pipeline(packed(bytes, failed), createGzip(), sink, { signal });
    await putInPlace(draft, file, mayReplace);
    return (await stat(file)).size;
  } catch (error) {
    await rm(draft, { force: true });
    throw signal.aborted || failed.includes(error) || error instanceof BackupError
      ? error
      : notWritable(file, error);
  }
}

/** @throws BackupError when there is something that is not to be replaced */
export async function checkTarget(file: string, mayReplace: boolean): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || (mayReplace && found.isFile())) return;
  throw alreadyThere(file);
}

/** The same for a stream that is not ours to end. */
export async function writeBackupTo(
  bytes: AsyncIterable<Buffer>,
  stream: NodeJS.WritableStream,
  signal: AbortSignal,
): Promise<void> {
  const failed: unknown[] = [];
  await pipeline(packed(bytes, failed), createGzip(), stream, { end: false, signal }).catch(
    (error: unknown) => {
      throw signal.aborted || failed.includes(error) ? error : notWritable('Standard output', error);
    },
  );
}

/**
 * What a file of a backup holds; see {@link readBackup}.
 * @param share is told how much of the file has been read, from 0 to 1
 * @throws BackupError
 */
export async function* readBackupFile(
  file: string,
  share: (share: number) => void = () => {},
): AsyncGenerator<BackupPart, void, void> {
  const found = await stat(file).catch((error: unknown) => {
    throw notReadable(file, error);
  });
  if (found.size === 0) throw notABackup('it is empty');
  const source = createReadStream(file, { highWaterMark: READ_BYTES });
  const unpacked = createGunzip({ chunkSize: READ_BYTES });
  const reading = pipeline(source, unpacked);
  // Heard through whoever reads.
  reading.catch(() => {});
  try {
    for await (const part of readBackup(unpacked as AsyncIterable<Buffer>)) {
      share(Math.min(1, source.bytesRead / found.size));
      yield part;
    }
  } catch (error) {
    if (error instanceof BackupError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!code.startsWith('Z_')) throw notReadable(file, error);
    throw source.bytesRead <= READ_BYTES && /header/.test(reasonOf(error))
      ? notABackup('it is not packed by gzip', error)
      : damaged(reasonOf(error), error);
  } finally {
    source.destroy();
    unpacked.destroy();
  }
}

/** @param failed is told what the bytes have failed with, and not what a stream fails with that they are written to */
function packed(bytes: AsyncIterable<Buffer>, failed: unknown[]): Readable {
  async function* heard(): AsyncGenerator<Buffer, void, void> {
    const iterator = bytes[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await iterator.next().catch((error: unknown) => {
          failed.push(error);
          throw error;
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return Readable.from(heard(), { objectMode: false, highWaterMark: 1 });
}

/** A link is refused where something is, even if it has come this instant; a rename is not. */
async function putInPlace(draft: string, file: string, mayReplace: boolean): Promise<void> {
  if (mayReplace) await rename(draft, file);
  else {
    try {
      await link(draft, file);
      await rm(draft);
    } catch (error) {
      await checkTarget(file, false);
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      // Some disks have no links.
      if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
      await rename(draft, file);
    }
  }
  await syncFolder(path.dirname(file));
}

function alreadyThere(file: string): BackupError {
  return new BackupError(
    'file-exists',
    `${file} is there already.`,
    'Choose another name, or say --replace to have the file replaced.',
  );
}

function notWritable(file: string, error: unknown): BackupError {
  return new BackupError(
    'file-not-usable',
    `${file} could not be written: ${reasonOf(error)}`,
    'See whether the folder is there, may be used by this user, and has room.',
    error,
  );
}

function notReadable(file: string, error: unknown): BackupError {
  return new BackupError(
    'file-not-usable',
    `${file} could not be read: ${reasonOf(error)}`,
    'See whether it is there, and may be read by this user.',
    error,
  );
}
