import { classifyFailure, reasonOf } from './failure.ts';

/** Inserts the items in one statement. @throws what the database reports; then none of them was stored */
type Insert<T> = (items: readonly T[]) => Promise<void>;

export interface IsolateOptions {
  /** Whether to look, too, for an item that the database refuses for a reason that says nothing of the data. */
  readonly isolatesUnknown?: boolean | undefined;
}

/** So many items refused for unknown reasons, and none stored, show that it is not the items. */
const MOST_SUSPECTS = 8;

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
  const suspects: { readonly item: T; readonly error: unknown }[] = [];
  let isAnyStored = false;
  await insertPart(items);
  const [first] = suspects;
  if (first !== undefined && !isAnyStored) throw first.error;
  for (const { item, error } of suspects) onRefused(item, reasonOf(error));

  async function insertPart(part: readonly T[]): Promise<void> {
    try {
      await insert(part);
      isAnyStored = true;
    } catch (error) {
      const failure = classifyFailure(error);
      if (failure === 'temporary' || (failure === 'unknown' && !isolatesUnknown)) throw error;
      if (part.length > 1) {
        const middle = part.length >> 1;
        await insertPart(part.slice(0, middle));
        await insertPart(part.slice(middle));
      } else if (failure === 'permanent') onRefused(part[0]!, reasonOf(error));
      else {
        suspects.push({ item: part[0]!, error });
        if (!isAnyStored && suspects.length === MOST_SUSPECTS) throw error;
      }
    }
  }
}
