import type { ClassicLevel } from 'classic-level';
import { decodeRecord, isKey, type SoundRecord } from './record.ts';

export type Store = ClassicLevel<Buffer, Buffer>;

export interface End {
  /** `undefined`: there is none. */
  readonly sound: SoundRecord | undefined;
  /** The keys of those beyond it that are damaged. */
  readonly damaged: readonly Buffer[];
}

/**
 * The oldest record that is not damaged, or the newest.
 * @throws what the store reports; when it was written by a newer version
 */
export async function findEnd(opened: Store, direction?: 'reverse'): Promise<End> {
  const damaged: Buffer[] = [];
  for (;;) {
    // One at a time: an iterator that reads ahead fails at what makes no sense, though there is something before.
    const before = damaged.at(-1);
    const range = before && (direction === 'reverse' ? { lt: before } : { gt: before });
    const [found] = await opened.iterator({ ...range, reverse: direction === 'reverse', limit: 1 }).all();
    if (found === undefined) return { damaged, sound: undefined };
    const sound = isKey(found[0]) ? decodeRecord(...found) : undefined;
    if (sound !== undefined) return { damaged, sound };
    damaged.push(found[0]);
  }
}
