import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { reasonOf } from '../storage/failure.ts';
import { UsageError } from './command.ts';

export interface OutputOptions {
  /** `-`: standard output. A name that ends in .gz is compressed. */
  readonly file: string;
  readonly stdout: Writable;
  readonly signal: AbortSignal;
}

/** What could not be written, with what to do about it. */
export class OutputError extends Error {
  readonly code = 'output-failed';
  readonly hint: string;

  constructor(message: string, hint: string, cause: unknown) {
    super(message, { cause });
    this.name = 'OutputError';
    this.hint = hint;
  }
}

/**
 * Writes texts as they come. A file has its name only when it is complete, and flushed to the disk: until then it lies
 * beside it as FILE.PID.part, and is removed when something goes wrong.
 * @throws OutputError; what `texts` throws; AbortError
 */
export async function writeTexts(texts: AsyncIterable<string>, options: OutputOptions): Promise<void> {
  const { file, stdout, signal } = options;
  const failed: unknown[] = [];
  const bytes = Readable.from(encode(texts, failed), { objectMode: false, highWaterMark: 1 });
  const explain = (error: unknown): unknown =>
    failed.includes(error) || signal.aborted ? error : outputError(file, error);
  if (file === '-') {
    await pipeline(bytes, stdout, { end: false, signal }).catch((error: unknown) => {
      throw explain(error);
    });
    return;
  }
  const draft = `${file}.${process.pid}.part`;
  const sink = createWriteStream(draft, { flags: 'wx', flush: true });
  const packing = file.endsWith('.gz') ? [createGzip()] : [];
  try {
    await pipeline([bytes, ...packing, sink], { signal });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw explain(error);
  }
}

/** A device or a folder must not be replaced by a file. @throws UsageError */
export async function checkOutput(file: string): Promise<void> {
  const found = file === '-' ? undefined : await stat(file).catch(() => undefined);
  if (found === undefined || found.isFile()) return;
  throw new UsageError([`${file} is there, and is no file. Standard output is -.`]);
}

/** @param failed is told what the texts have failed with, and not what a stream fails with that they are written to */
async function* encode(texts: AsyncIterable<string>, failed: unknown[]): AsyncGenerator<Buffer, void, void> {
  const iterator = texts[Symbol.asyncIterator]();
  for (;;) {
    const next = await iterator.next().catch((error: unknown) => {
      failed.push(error);
      throw error;
    });
    if (next.done) return;
    yield Buffer.from(next.value);
  }
}

function outputError(file: string, error: unknown): OutputError {
  const isGone = error instanceof Error && 'code' in error && error.code === 'EPIPE';
  return new OutputError(
    `${file === '-' ? 'Standard output' : file} could not be written: ${reasonOf(error)}`,
    isGone ? 'Whoever read it has gone.' : 'See whether the folder is there, may be written, and has room.',
    error,
  );
}
