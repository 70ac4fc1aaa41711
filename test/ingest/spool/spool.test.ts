import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { ClassicLevel } from 'classic-level';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  decodeRecord,
  encodeKey,
  encodeRecord,
  recordBytes,
  type Spooled,
} from '../../../src/ingest/spool/record.ts';
import { openSpool, type Spool, type SpoolOptions } from '../../../src/ingest/spool/spool.ts';
import { repairLevel } from '../../../src/storage/level-repair.ts';
import type { Message } from '../../../src/telemetry/reading.ts';
import { useFolder } from '../../support/program.ts';

function message(number: number, more: Partial<Message> = {}): Message {
  return {
    topic: 'stations/a/t',
    payload: Buffer.from(String(number)),
    qos: 1,
    clientId: 'board',
    receivedAt: 1_700_000_000_000_000 + number,
    firstReceivedAt: 1_700_000_000_000_000 + number,
    ...more,
  };
}

function numbers(from: number, to: number): Message[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

async function open(folder: string, maxBytes = 1_000_000, more: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await openSpool({ folder, maxBytes, log: pino({ level: 'silent' }), ...more });
  onTestFinished(() => spool.close());
  return spool;
}

async function payloads(spool: Spool, most = 1_000): Promise<string[]> {
  return texts(await spool.read(most, Infinity));
}

function texts(spooled: readonly Spooled[]): string[] {
  return spooled.map(({ message: found }) => (found === undefined ? 'damaged' : String(found.payload)));
}

const KEY = encodeKey(1);

/** As a program would write it whose records are of that format. */
function inFormat(format: number, record: Buffer): Buffer {
  const other = Buffer.from(record);
  other[0] = format;
  other.writeUInt32BE(crc32(other.subarray(5), crc32(other.subarray(0, 1), crc32(KEY))), 1);
  return other;
}

/** The store of a spool that is closed. */
async function openStore(folder: string): Promise<ClassicLevel<Buffer, Buffer>> {
  const store = new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await store.open();
  return store;
}

/** A spool with ten messages, whose store has to be repaired. @returns the file that is damaged */
async function leaveDamaged(folder: string): Promise<string> {
  const spool = await open(folder);
  await spool.append(numbers(1, 10));
  await spool.close();
  const manifest = (await readdir(folder)).find((name) => name.startsWith('MANIFEST'))!;
  await writeFile(join(folder, manifest), 'nonsense');
  return manifest;
}

describe('a record', () => {
  test('brings back every message as it was', () => {
    const messages = fc.record<Message>({
      topic: fc.string({ unit: 'grapheme', maxLength: 200 }),
      payload: fc.uint8Array({ maxLength: 500 }),
      qos: fc.constantFrom(0, 1, 2),
      clientId: fc.option(fc.string({ unit: 'grapheme' })),
      receivedAt: fc.nat(2 ** 50),
      firstReceivedAt: fc.nat(2 ** 50),
    });
    fc.assert(
      fc.property(messages, fc.nat(2 ** 50), fc.nat(2 ** 50), (sent, totalBytes, position) => {
        const key = encodeKey(position);
        const record = encodeRecord(key, sent, totalBytes);
        expect(key.length + record.length).toBe(recordBytes(sent));
        const found = decodeRecord(key, record)!;
        expect({
          ...found,
          message: { ...found.message, payload: new Uint8Array(found.message.payload) },
        }).toEqual({ position, totalBytes, message: sent });
      }),
    );
  });

  test('of a newer format is not guessed at', () => {
    expect(() => decodeRecord(KEY, inFormat(9, encodeRecord(KEY, message(1), 0)))).toThrow('format 9');
  });

  test('of the first format, which has no checksum, is understood', () => {
    const { length } = KEY;
    const record = encodeRecord(KEY, message(1), 100);
    const first = Buffer.concat([Buffer.of(1), record.subarray(1 + 4)]);
    expect(length + first.length).toBe(recordBytes(message(1)) - 4);
    expect(decodeRecord(KEY, first)).toEqual(decodeRecord(KEY, record));
  });

  test('is known to be damaged by any bit that is not as it was written, of its key, too', () => {
    const record = encodeRecord(KEY, message(1), 100);
    expect(decodeRecord(encodeKey(3), record)).toBeUndefined();
    for (let bit = 8; bit < record.length * 8; bit += 1) {
      const other = Buffer.from(record);
      other[bit >> 3]! ^= 1 << (bit & 7);
      expect(decodeRecord(KEY, other), `bit ${bit}`).toBeUndefined();
    }
    for (let length = 2; length < record.length; length += 1)
      expect(decodeRecord(KEY, record.subarray(0, length)), `${length} bytes`).toBeUndefined();
  });
});

describe('the spool', () => {
  test('gives messages back in the order in which they came, and again until they are removed', async () => {
    const spool = await open(await useFolder());
    await spool.append(numbers(1, 300));
    expect(await spool.append(numbers(301, 310))).toBe(10);
    expect(await payloads(spool, 3)).toEqual(['1', '2', '3']);
    const [, second] = await spool.read(2, Infinity);
    await spool.removeThrough(second!);
    expect(await payloads(spool, 2)).toEqual(['3', '4']);
    expect(spool.count()).toBe(308);
  });

  test('gives so many bytes at a time', async () => {
    const spool = await open(await useFolder());
    await spool.append(numbers(1, 9).map((sent) => ({ ...sent, payload: Buffer.alloc(1_000) })));
    expect(await spool.read(100, 2_500)).toHaveLength(3);
  });

  test('takes the first messages that there is room for, and more when some have gone', async () => {
    const size = recordBytes(message(1));
    const spool = await open(await useFolder(), 3 * size);
    expect(await spool.append(numbers(1, 5))).toBe(3);
    expect(spool.bytes()).toBe(3 * size);
    expect(await spool.append([message(6)])).toBe(0);
    expect(spool.problem()).toBeUndefined();
    const [first] = await spool.read(1, Infinity);
    await spool.removeThrough(first!);
    expect(await spool.append([message(6)])).toBe(1);
    expect(await payloads(spool)).toEqual(['2', '3', '6']);
  });

  test('takes all of what belongs together, or nothing', async () => {
    const spool = await open(await useFolder(), 3 * recordBytes(message(1)));
    expect(await spool.append(numbers(1, 2), 'together')).toBe(2);
    expect(await spool.append(numbers(3, 4), 'together')).toBe(0);
    expect(await spool.append([message(5)], 'together')).toBe(1);
    expect(await payloads(spool)).toEqual(['1', '2', '5']);
  });

  test('gives what is behind a message, and nothing that has been taken out', async () => {
    const spool = await open(await useFolder());
    await spool.append(numbers(1, 5));
    const [first, , third] = await spool.read(3, Infinity);
    const behind = async (position: number): Promise<string[]> =>
      texts(await spool.read(10, Infinity, position + 1));
    expect(await behind(third!.position)).toEqual(['4', '5']);
    await spool.removeThrough(third!);
    expect(await behind(first!.position)).toEqual(['4', '5']);
    expect(await behind(third!.position + 2)).toEqual([]);
  });

  test('leaves room on its disk, without which it could not be read again', async () => {
    const size = recordBytes(message(1));
    let free = 16 * 1024 ** 2 + 2 * size;
    const spool = await open(await useFolder(), 1_000_000, { freeBytes: () => Promise.resolve(free) });
    expect(await spool.append(numbers(1, 3))).toBe(2);
    expect(spool.fullReason()).toContain('16 MiB');
    free = 0;
    expect(await spool.append([message(3)])).toBe(0);
    expect(await payloads(spool)).toEqual(['1', '2']);
  });

  test('is found again as it was, with what it holds and how much that is', async () => {
    const folder = await useFolder();
    const before = await open(folder);
    await before.append(numbers(1, 100));
    const [, , third] = await before.read(3, Infinity);
    await before.removeThrough(third!);
    const bytes = before.bytes();
    await before.close();
    const after = await open(folder);
    expect([after.count(), after.bytes()]).toEqual([97, bytes]);
    await after.append([message(101)]);
    expect((await payloads(after)).at(-1)).toBe('101');
    expect(await payloads(after, 1)).toEqual(['4']);
  });

  test('can be opened again after it could not be read, and is not in its own way', async () => {
    const folder = await useFolder();
    const spool = await open(folder);
    await spool.append(numbers(1, 3));
    const [first] = await spool.read(1, Infinity);
    await spool.close();
    const level = await openStore(folder);
    await level.put(KEY, inFormat(9, encodeRecord(KEY, message(1), first!.totalBytes)));
    await level.close();
    const again = await open(folder);
    expect(again.problem()).toContain('format 9');
    expect(again.isKnown()).toBe(false);
    expect(await again.check()).toBe(false);
    await level.open();
    await level.del(encodeKey(first!.position));
    await level.close();
    expect(await again.check()).toBe(true);
    expect(await payloads(again)).toEqual(['2', '3']);
  });

  test('is open in one process only', async () => {
    const folder = await useFolder();
    await open(folder);
    await expect(open(folder)).rejects.toThrow('failed to open');
  });

  test('that can not be opened says why, and works as soon as it can', async () => {
    const folder = await useFolder();
    const inTheWay = join(folder, 'spool');
    await writeFile(inTheWay, 'a file');
    const spool = await open(inTheWay);
    expect(spool.problem()).toMatch(/EEXIST/);
    await expect(spool.append([message(1)])).rejects.toThrow('is no folder');
    await rm(inTheWay);
    expect(await spool.append([message(1)])).toBe(1);
    expect(spool.problem()).toBeUndefined();
  });

  test('that was damaged is repaired as far as it goes, and goes on', async () => {
    const folder = await useFolder();
    await leaveDamaged(folder);
    const after = await open(folder);
    expect(await payloads(after)).toEqual(Array.from({ length: 10 }, (_, index) => String(index + 1)));
    expect(await after.append([message(11)])).toBe(1);
  });

  test('that a repair does not mend is not repaired again at once', async () => {
    const folder = await useFolder();
    await leaveDamaged(folder);
    let repairs = 0;
    const after = await open(folder, undefined, { repair: async () => void (repairs += 1) });
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(after.append([message(11)])).rejects.toThrow('open');
    expect([repairs, await after.check()]).toEqual([1, false]);
  });

  test('that is damaged beyond repair is put aside, and an empty one takes its place', async () => {
    const parent = await useFolder();
    const folder = join(parent, 'spool');
    const manifest = await leaveDamaged(folder);
    const after = await open(folder, undefined, { repair: (at) => repairLevel(at, 'process.abort()') });
    expect([after.problem(), after.count()]).toEqual([undefined, 0]);
    expect(await after.append([message(11)])).toBe(1);
    const [aside, ...rest] = (await readdir(parent)).filter((name) => name !== 'spool');
    expect([aside, rest]).toEqual([expect.stringMatching(/^spool-damaged-/), []]);
    expect(await readdir(join(parent, aside!))).toContain(manifest);
  });

  test('tells what its disk has lost in the middle, once, and goes on with the rest', async () => {
    const folder = await useFolder();
    const before = await open(folder);
    await before.append(numbers(1, 10));
    await before.close();
    const store = await openStore(folder);
    await store.batch([3, 4, 7].map((position) => ({ type: 'del', key: encodeKey(position) })));
    await store.close();
    const after = await open(folder);
    expect(await payloads(after, 4)).toEqual(['1', '2', '5', '6']);
    expect(after.lost()).toBe(2);
    expect(await payloads(after)).toEqual(['1', '2', '5', '6', '8', '9', '10']);
    expect(after.lost()).toBe(3);
    const [first] = await after.read(1, Infinity);
    await after.removeThrough(first!);
    await payloads(after);
    expect(after.lost()).toBe(3);
  });

  test('hands no message out that is not as it came, wherever it stands', async () => {
    const folder = await useFolder();
    const before = await open(folder);
    await before.append(numbers(1, 5));
    await before.close();
    const store = await openStore(folder);
    for (const position of [1, 3, 5]) {
      const record = (await store.get(encodeKey(position)))!;
      record[record.length - 1]! ^= 1;
      await store.put(encodeKey(position), record);
    }
    await store.close();
    const after = await open(folder);
    expect([after.problem(), after.count()]).toEqual([undefined, 3]);
    expect(await payloads(after)).toEqual(['2', 'damaged', '4']);
    expect(after.lost()).toBe(3);
    expect(await after.append([message(6)])).toBe(1);
    const all = await after.read(10, Infinity);
    await after.removeThrough(all.at(-1)!);
    expect([after.count(), after.bytes()]).toEqual([0, 0]);
  });

  test('takes no number from a damaged record at its end', async () => {
    const folder = await useFolder();
    const before = await open(folder);
    await before.append(numbers(1, 3));
    await before.close();
    const store = await openStore(folder);
    for (const key of [encodeKey(2 ** 60), Buffer.of(0), Buffer.of(0, 0, 0, 0, 0, 0, 0, 2, 1)])
      await store.put(key, Buffer.from('damaged'));
    await store.close();
    const after = await open(folder);
    expect([after.count(), after.lost()]).toEqual([3, 2]);
    expect(await after.append([message(4)])).toBe(1);
    expect((await after.read(10, Infinity)).map(({ position }) => position)).toEqual([1, 2, 3, 4]);
  });
});
