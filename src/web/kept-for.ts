/** Lets what was asked for count for a while. @returns what was found last, or else what `ask` finds */
export function keptFor<T>(milliseconds: number, ask: () => Promise<T>): () => Promise<T> {
  let found: { readonly value: T; readonly until: number } | undefined;
  return async () => {
    const now = performance.now();
    if (found !== undefined && now < found.until) return found.value;
    const value = await ask();
    found = { value, until: performance.now() + milliseconds };
    return value;
  };
}
