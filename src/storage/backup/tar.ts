import { damaged, notABackup } from './error.ts';

/** A file in a tar file. */
export interface TarEntry {
  readonly name: string;
  readonly bytes: Buffer;
}

const BLOCK = 512;
/** Where the fields of a header begin, and their lengths: POSIX.1-1988, "ustar". */
const SIZE = [124, 12] as const;
const CHECKSUM = [148, 8] as const;
const MAGIC_AT = 257;
/**
 * More than the largest piece of ours, which has a message of 16 MiB in hexadecimal at the most. It is held in memory, so that a header which
 * asks for more is none.
 */
const MOST_BYTES = 64 * 1024 ** 2;

/** The header of a file that only its owner may read, for the bytes that follow it. */
export function tarHeader(name: string, size: number, modifiedAt: Date): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0, 100);
  header.write('0000600\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${octal(size, 11)}\0`, SIZE[0]);
  header.write(`${octal(Math.floor(modifiedAt.getTime() / 1000), 11)}\0`, 136);
  header.write('0', 156);
  header.write('ustar\x0000', MAGIC_AT);
  header.write(`${octal(checksum(header), 6)}\0 `, CHECKSUM[0]);
  return header;
}

/** What fills a file's last block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}

export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/**
 * The files of a tar file, one at a time, each held in memory as a whole. Only what {@link tarHeader} makes is understood.
 * @throws BackupError; what `source` throws
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<TarEntry, void, void> {
  const take = createTaker(source);
  for (let isFirst = true; ; isFirst = false) {
    const header = await take(BLOCK);
    if (header.length < BLOCK) {
      throw isFirst ? notABackup('it is not a tar file') : damaged('it ends in the middle');
    }
    if (header.every((byte) => byte === 0)) break;
    const size = Number.parseInt(textAt(header, ...SIZE), 8);
    const isSound =
      textAt(header, MAGIC_AT, 5) === 'ustar' &&
      Number.parseInt(textAt(header, ...CHECKSUM), 8) === checksum(header) &&
      size >= 0 &&
      size <= MOST_BYTES;
    if (!isSound)
      throw isFirst ? notABackup('it is not a tar file') : damaged('a header in it makes no sense');
    const bytes = await take(size + tarPadding(size).length);
    if (bytes.length < size) throw damaged('it ends in the middle');
    yield { name: textAt(header, 0, 100), bytes: bytes.subarray(0, size) };
  }
  for (let rest = await take(BLOCK); rest.length > 0; rest = await take(BLOCK)) {
    if (rest.some((byte) => byte !== 0)) throw damaged('something follows its end');
  }
}

/** Takes so many bytes, or fewer at the end. */
function createTaker(source: AsyncIterable<Buffer>): (size: number) => Promise<Buffer> {
  const iterator = source[Symbol.asyncIterator]();
  let held: Buffer[] = [];
  let length = 0;
  return async (size) => {
    while (length < size) {
      const next = await iterator.next();
      if (next.done) break;
      held.push(next.value);
      length += next.value.length;
    }
    const all = held.length === 1 ? held[0]! : Buffer.concat(held);
    const taken = all.subarray(0, size);
    const rest = all.subarray(taken.length);
    held = rest.length > 0 ? [rest] : [];
    length = rest.length;
    return taken;
  };
}

function textAt(header: Buffer, from: number, length: number): string {
  const field = header.toString('latin1', from, from + length);
  const end = field.indexOf('\0');
  return end === -1 ? field : field.slice(0, end);
}

/** Of a header whose own field for it counts as blanks. */
function checksum(header: Buffer): number {
  const [from, length] = CHECKSUM;
  return header.reduce((sum, byte, at) => sum + (at >= from && at < from + length ? 0x20 : byte), 0);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}
