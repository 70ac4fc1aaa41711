import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { reasonOf } from '../storage/failure.ts';

export interface InputOptions {
  /** `-`: standard input. A name that ends in .gz is unpacked. */
  readonly file: string;
  readonly stdin: Readable;
  readonly signal: AbortSignal;
}

/** What could not be read, with what to do about it. */
export class InputError extends Error {
  readonly code = 'input-failed';
  readonly hint: string;

  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'InputError';
    this.hint = hint;
  }
}

/** Before anything is done for the sake of a file that can't be read. @throws InputError */
export async function checkInput(file: string): Promise<void> {
  if (file === '-') return;
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw inputError(file, error);
  });
}

const CHUNK_BYTES = 64 * 1024;

/**
 * Hands over the texts of a file as fast as `use` takes them.
 * @param use is given them, and how much of the file has been read, from 0 to 1; `undefined` where its size is not known
 * @throws InputError; what `use` throws; AbortError
 */
export async function readTexts(
  { file, stdin, signal }: InputOptions,
  use: (texts: AsyncIterable<string>, share: () => number | undefined) => Promise<void>,
): Promise<void> {
  const size = file === '-' ? undefined : await sizeOf(file);
  const fromDisk = size === undefined ? undefined : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const source = fromDisk ?? stdin;
  const share = (): number | undefined => fromDisk && size && Math.min(1, fromDisk.bytesRead / size);
  let ofUse: unknown;
  const consume = async (bytes: AsyncIterable<Buffer>): Promise<void> => {
    const failed: unknown[] = [];
    await use(decode(bytes, failed), share).catch((error: unknown) => {
      // What reading has failed with comes through whoever uses it.
      if (!failed.includes(error)) ofUse = error;
      throw error;
    });
  };
  try {
    await (file.endsWith('.gz')
      ? pipeline(source, createGunzip({ chunkSize: CHUNK_BYTES }), consume, { signal })
      : pipeline(source, consume, { signal }));
  } catch (error) {
    throw error === ofUse || signal.aborted ? error : inputError(file, error);
  }
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw inputError(file, error);
  });
  return found.size;
}

/** @param failed is told what the bytes have failed with */
async function* decode(bytes: AsyncIterable<Buffer>, failed: unknown[]): AsyncGenerator<string, void, void> {
  // Leaves a byte order mark out. What is not UTF-8 becomes U+FFFD, which no name and no number holds.
  const decoder = new TextDecoder();
  try {
    for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  } catch (error) {
    failed.push(error);
    throw error;
  }
  yield decoder.decode();
}

function inputError(file: string, error: unknown): InputError {
  const isDamaged = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
  return new InputError(
    `${file} could not be read: ${reasonOf(error)}`,
    isDamaged
      ? 'It is damaged, not complete, or not of gzip. What could be read of it is stored.'
      : 'See whether it is there and may be read.',
    error,
  );
}
