import { setImmediate as nextTurn } from 'node:timers/promises';

/** So many are done at once: some milliseconds, also where their values are long. */
const ITEMS_A_SLICE = 250;

/**
 * The items in slices, with a turn for everybody else after each: thousands of entries at once would hold up acknowledgements
 * and boards.
 */
export async function* inSlices<T>(items: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let start = 0; start < items.length; start += ITEMS_A_SLICE) {
    yield items.slice(start, start + ITEMS_A_SLICE);
    if (start + ITEMS_A_SLICE < items.length) await nextTurn();
  }
}

/** `items.map(map)`, in slices. */
export async function mapInSlices<T, R>(items: readonly T[], map: (item: T) => R): Promise<readonly R[]> {
  const mapped: R[] = [];
  for await (const slice of inSlices(items)) mapped.push(...slice.map(map));
  return mapped;
}

/** For what is not one list: to be awaited with how many items have just been done. */
export function createBreathe(): (items: number) => Promise<void> | undefined {
  let done = 0;
  return (items) => {
    done += items;
    if (done < ITEMS_A_SLICE) return undefined;
    done = 0;
    return nextTurn();
  };
}
