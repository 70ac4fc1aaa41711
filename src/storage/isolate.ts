import { classifyFailure } from './failure.ts';

/** Inserts the items in one statement. @throws what the database reports; then none of them was stored */
type Insert<T> = (items: readonly T[]) => Promise<void>;

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
): Promise<void> {
  try {
    await insert(items);
  } catch (error) {
    if (classifyFailure(error) === 'temporary') throw error;
    if (items.length === 1) {
      onRefused(items[0]!, error instanceof Error ? error.message : String(error));
      return;
    }
    const middle = items.length >> 1;
    await insertIsolating(items.slice(0, middle), insert, onRefused);
    await insertIsolating(items.slice(middle), insert, onRefused);
  }
}
