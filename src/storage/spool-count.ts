import { stat } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';

/**
 * How many messages lie in the spool of a service that does not run; `undefined` where it can't be opened: a service has it, or it is another
 * user's. It is not made where it is missing.
 */
export async function countSpooled(folder: string): Promise<number | undefined> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) return 0;
  // Opening it makes files anew. If they were root's, its own user could not open it any more.
  if (process.getuid?.() === 0 && found.uid !== 0) return undefined;
  const store = new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', createIfMissing: false });
  try {
    await store.open();
    const [first] = await store.keys({ limit: 1 }).all();
    const [last] = await store.keys({ limit: 1, reverse: true }).all();
    // Keys count up, without gaps.
    return first && last ? Number(last.readBigUInt64BE() - first.readBigUInt64BE()) + 1 : 0;
  } catch {
    return undefined;
  } finally {
    await store.close();
  }
}
