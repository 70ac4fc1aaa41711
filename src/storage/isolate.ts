import { classifyFailure, reasonOf } from './failure.ts';

/** Inserts the items in one statement. @throws what the database reports; then none of them was stored */
type Insert<T> = (items: readonly T[]) => Promise<void>;

export interface IsolateOptions {
  /** Whether to look, too, for an item that the database refuses for a reason that says nothing of the data. */
  readonly isolatesUnknown?: boolean | undefined;
}

/** So many items, from all over, are tried to see whether the database takes any. */
const SAMPLES = 8;

/**
 * Inserts all items but those that the database refuses. A statement that is refused for one item's sake stores
 * none of them, so the items are halved until the one that is refused stands alone: 2·log2(n) statements more for
 * a poison item, and the others lose nothing.
 * @param onRefused is given each item that is refused by itself, and why
 * @throws what the database reports, when it is a passing failure; some items may be stored then
 */
export async function insertIsolating<T>(
  items: readonly T[],
  insert: Insert<T>,
  onRefused: (item: T, message: string) => void,
  { isolatesUnknown = false }: IsolateOptions = {},
): Promise<void> {
  let isAnyTaken = false;
  try {
    await insert(items);
    return;
  } catch (error) {
    const failure = classifyFailure(error);
    if (failure === 'temporary' || (failure === 'unknown' && !isolatesUnknown)) throw error;
    // Only while it takes others is it the item that is at fault.
    const taken = failure === 'unknown' ? await findTaken(items, insert) : undefined;
    if (failure === 'unknown' && taken === undefined) throw error;
    isAnyTaken = taken !== undefined;
    const rest = items.filter((item) => item !== taken);
    for (const half of halves(rest)) await insertHalf(half);
  }

  async function insertHalf(part: readonly T[]): Promise<void> {
    try {
      await insert(part);
      isAnyTaken = true;
    } catch (error) {
      const failure = classifyFailure(error);
      const isPassing = failure === 'unknown' && !(isolatesUnknown && isAnyTaken);
      if (failure === 'temporary' || isPassing) throw error;
      if (part.length === 1) onRefused(part[0]!, reasonOf(error));
      else for (const half of halves(part)) await insertHalf(half);
    }
  }
}

/** @returns an item that was inserted by itself */
async function findTaken<T>(items: readonly T[], insert: Insert<T>): Promise<T | undefined> {
  const step = Math.max(1, (items.length - 1) / (SAMPLES - 1));
  for (let at = 0; at < items.length; at += step) {
    const item = items[Math.round(at)]!;
    try {
      await insert([item]);
      return item;
    } catch (error) {
      if (classifyFailure(error) === 'temporary') throw error;
    }
  }
  return undefined;
}

function halves<T>(items: readonly T[]): readonly (readonly T[])[] {
  const middle = items.length >> 1;
  return [items.slice(0, middle), items.slice(middle)].filter(({ length }) => length > 0);
}
