import { statfs } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Message } from '../../telemetry/reading.ts';
import { findEnd, type Store } from './ends.ts';
import { createLosses } from './losses.ts';
import {
  decodeKey,
  decodeRecord,
  encodeKey,
  encodeRecord,
  isKey,
  recordBytes,
  type Spooled,
} from './record.ts';
import { openStore } from './store.ts';

/**
 * Where messages are kept while the database is away, in the order in which they came. What is in it was acknowledged,
 * so nothing in it ever expires: it leaves when it has been written to the database, and not otherwise.
 */
export interface Spool {
  /**
   * Keeps as many of the messages as there is room for, the first ones; resolves when they are flushed to disk (fsync).
   * @param belong whether they belong together: then all of them or none
   * @returns how many; fewer, or 0, when it is full: see `fullReason`
   * @throws what the file system reports; some of them may then be kept all the same
   */
  append(messages: readonly Message[], belong?: 'together'): Promise<number>;
  /**
   * The oldest messages: so many, or fewer if they come to so many bytes.
   * @param from the position to begin at, where older ones are to be left out
   * @throws what the file system reports
   */
  read(most: number, mostBytes: number, from?: number): Promise<readonly Spooled[]>;
  /** Takes out all messages up to this one. @throws what the file system reports */
  removeThrough(last: Spooled): Promise<void>;
  /** Why it took nothing, or not all, when it was last given something. */
  fullReason(): string;
  /** Messages that had been kept, and that the disk has damaged, as far as has been read since the start. */
  lost(): number;
  /** Messages in it; `isKnown` tells whether it could be read. */
  count(): number;
  isKnown(): boolean;
  /** What they take, in bytes; the files of the store may be up to twice as large for a while. */
  bytes(): number;
  /** Why it takes nothing; `undefined` while it works, even if it is full. */
  problem(): string | undefined;
  /** Whether it works now: one that has failed is opened again. */
  check(): Promise<boolean>;
  close(): Promise<void>;
}

export interface SpoolOptions {
  /** The folder; made if it is missing. */
  readonly folder: string;
  /** How much it may hold, in bytes. */
  readonly maxBytes: number;
  readonly log: Logger;
  /** What is left on a folder's disk, in bytes. */
  readonly freeBytes?: (folder: string) => Promise<number>;
  /** For tests. @throws BeyondRepairError */
  readonly repair?: (folder: string) => Promise<void>;
}

/** Where the oldest record begins and the newest ends, by position and by bytes; see {@link Spooled}. */
interface Extent {
  first: number;
  next: number;
  removedBytes: number;
  totalBytes: number;
}

/**
 * Kept free on the disk: the store needs room to be opened again and to be read, or what is in it could not leave it any
 * more. Several times its buffer of 4 MiB.
 */
const RESERVED_BYTES = 16 * 1024 * 1024;
const FULL = 'it is full (SPOOL_MAX_BYTES)';
const DISK_FULL = 'less than 16 MiB are left on its disk';
/** Emptied after it held more than this, the store is told to give its disk space back. */
const WORTH_COMPACTING_BYTES = 16 * 1024 * 1024;
const FIRST_KEY = encodeKey(0);
const LAST_KEY = encodeKey(Number.MAX_SAFE_INTEGER);

/**
 * Opens the spool, with what an earlier run has left in it. One that can't be opened is no reason not to start: `problem`
 * says why, and each `append` tries again.
 * @throws when another process has it open
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { folder, maxBytes, log, freeBytes = freeBytesOf, repair } = options;
  const extent: Extent = { first: 1, next: 1, removedBytes: 0, totalBytes: 0 };
  let largestBytes = 0;
  let fullReason = FULL;
  let isKnown = false;
  const losses = createLosses((messages) =>
    log.error(
      { messages, folder },
      'the spool was damaged: messages that had been acknowledged are lost. See whether its disk is failing',
    ),
  );

  function bytes(): number {
    return extent.totalBytes - extent.removedBytes;
  }

  async function measure(opened: Store): Promise<void> {
    const [oldest, newest] = [await findEnd(opened), await findEnd(opened, 'reverse')];
    // What is damaged there has perhaps not even the right number.
    const outside = new Map([...oldest.damaged, ...newest.damaged].map((key) => [key.toString('hex'), key]));
    await opened.batch([...outside.values()].map((key) => ({ type: 'del', key })));
    losses.add(outside.size);
    const [from, to] = [oldest.sound, newest.sound];
    if (from === undefined || to === undefined) {
      Object.assign(extent, { first: extent.next, removedBytes: extent.totalBytes });
      return;
    }
    Object.assign(extent, {
      first: from.position,
      next: to.position + 1,
      removedBytes: from.totalBytes - recordBytes(from.message),
      totalBytes: to.totalBytes,
    });
    largestBytes = Math.max(largestBytes, bytes());
  }

  async function readOn(
    opened: Store,
    from: number,
    most: number,
    mostBytes: number,
  ): Promise<readonly Spooled[]> {
    const range = { gte: encodeKey(from), lt: encodeKey(extent.next) };
    const spooled: Spooled[] = [];
    let read = 0;
    for await (const [key, record] of opened.iterator({ ...range, limit: most })) {
      // Of a damaged table the order may be damaged, too.
      if (!isKey(key) || decodeKey(key) <= (spooled.at(-1)?.position ?? 0)) continue;
      const totalBytes = spooled.at(-1)?.totalBytes ?? extent.removedBytes;
      spooled.push(decodeRecord(key, record) ?? { position: decodeKey(key), message: undefined, totalBytes });
      read += record.length;
      if (read >= mostBytes) break;
    }
    return spooled;
  }

  const store = await openStore({
    folder,
    log,
    repair,
    async onOpened(opened) {
      await measure(opened);
      isKnown = true;
    },
    onPutAside() {
      if (isKnown) losses.add(extent.next - extent.first);
    },
  });
  return {
    append: (messages, belong) =>
      store.inTurn(async (opened) => {
        const room = Math.min(maxBytes - bytes(), (await freeBytes(folder)) - RESERVED_BYTES);
        fullReason = room < maxBytes - bytes() ? DISK_FULL : FULL;
        let { next, totalBytes } = extent;
        const operations: { type: 'put'; key: Buffer; value: Buffer }[] = [];
        for (const message of messages) {
          const size = recordBytes(message);
          if (totalBytes + size - extent.totalBytes > room) break;
          totalBytes += size;
          const key = encodeKey(next);
          operations.push({ type: 'put', key, value: encodeRecord(key, message, totalBytes) });
          next += 1;
        }
        if (operations.length === 0 || (belong === 'together' && operations.length < messages.length))
          return 0;
        await opened.batch(operations, { sync: true });
        Object.assign(extent, { next, totalBytes });
        largestBytes = Math.max(largestBytes, bytes());
        return operations.length;
      }),
    read: (most, mostBytes, from = 0) =>
      store.inTurn(async (opened) => {
        const begin = Math.max(extent.first, from);
        const spooled = await readOn(opened, begin, most, mostBytes);
        losses.note(spooled, { from: begin, oldest: extent.first });
        return spooled;
      }),
    removeThrough: ({ position, totalBytes }) =>
      store.inTurn(async (opened) => {
        // From the first on: what was removed before would otherwise be walked over once more.
        await opened.clear({ gte: encodeKey(extent.first), lte: encodeKey(position) });
        Object.assign(extent, { first: position + 1, removedBytes: totalBytes });
        if (extent.first < extent.next || largestBytes < WORTH_COMPACTING_BYTES) return;
        largestBytes = 0;
        // Nobody waits for it, and if it fails the space is given back another time.
        opened.compactRange(FIRST_KEY, LAST_KEY).catch(() => undefined);
      }),
    fullReason: () => fullReason,
    isKnown: () => isKnown,
    lost: () => losses.count(),
    count: () => extent.next - extent.first,
    bytes,
    problem: () => store.problem(),
    check: () => store.inTurn(() => Promise.resolve(true)).catch(() => false),
    close: () => store.close(),
  };
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
