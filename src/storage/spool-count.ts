import { stat } from 'node:fs/promises';
import { ClassicLevel } from 'classic-level';

/**
 * How many messages lie in the spool of a service that does not run; `undefined` where it can't be opened: a service has it.
 * It is not made where it is missing.
 */
export async function countSpooled(folder: string): Promise<number | undefined> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) return 0;
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
