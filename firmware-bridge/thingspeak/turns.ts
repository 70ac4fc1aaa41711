/** Lets calls for the same id go one after the other. */
export type Turns = <T>(id: number, run: () => Promise<T>) => Promise<T>;

/**
 * Whoever writes to a channel waits in the database for whoever writes to it already. Waiting here instead, they take up no
 * connections, of which pages need some.
 */
export function createTurns(): Turns {
  const last = new Map<number, Promise<unknown>>();
  return async (id, run) => {
    const before = last.get(id) ?? Promise.resolve();
    const mine = before.then(run);
    const settled = mine.catch(() => undefined);
    last.set(id, settled);
    try {
      return await mine;
    } finally {
      if (last.get(id) === settled) last.delete(id);
    }
  };
}
